using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Persistence.Resources;

/// <summary>Writes what is believed of a resource, and who changed it.</summary>
internal static class ResourceStateTable
{
    public static Task SetAsync(
        SqliteConnection connection, SqliteTransaction transaction, string resource, ResourceState state, string reason, string by, string? instanceId, long now) =>
        connection.ExecuteAsync(
            """
            insert into resource_state_change (resource, old_state, new_state, reason, changed_by, instance_id, timestamp)
            values (@resource, (select state from resource_state where resource = @resource), @state, @reason, @by, @instanceId, @now);
            insert into resource_state (resource, state, reason, changed_at) values (@resource, @state, @reason, @now)
            on conflict (resource) do update set state = excluded.state, reason = excluded.reason, changed_at = excluded.changed_at;
            """, new { resource, state = state.ToString(), reason, by, instanceId, now }, transaction);
}
