using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Persistence.Waking;

/// <summary>Events that are stored with the step that published them, and deleted when they are delivered.</summary>
internal static class PendingEventTable
{
    /// <summary>Nobody acts on news this old; without a server nobody takes events at all, and they must not pile up.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    public static Task AddAsync(SqliteConnection connection, SqliteTransaction transaction, EventPublished published, long now) =>
        connection.ExecuteAsync(
            """
            delete from pending_event where created_at < @oldest;
            insert into pending_event (name, correlation_id, payload, only_instance, created_at) values (@Name, @CorrelationId, @payload, @OnlyInstanceId, @now);
            """,
            new
            {
                published.Name,
                published.CorrelationId,
                payload = published.Payload is null ? null : JsonSerializer.Serialize(published.Payload, ValueConverter.Json),
                published.OnlyInstanceId,
                now,
                oldest = now - (Lifetime.Ticks / TimeSpan.TicksPerMicrosecond),
            }, transaction);
}
