using System.Text.Json;
using Dapper;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Persistence.Waking;

/// <summary>What wakes runs, as it is stored: waits and their due times, timers, starts and events that are on their way.</summary>
public sealed class WakingStore(Database database, TimeProvider time)
{
    /// <summary>A command waits for itself: whoever woke its run here would carry on what somebody else carries.</summary>
    private const string OfServer = "join workflow_instance i on i.id = b.instance_id and i.owner_kind = 'server'";

    /// <summary>The waits that are due, the earliest first.</summary>
    public async Task<IReadOnlyList<StoredWait>> DueAsync(int most, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return [.. (await connection.QueryAsync<WaitRow>(new CommandDefinition(
            $"""
            select b.id as Id, b.instance_id as InstanceId, b.name as Name, b.due_at as DueAt, b.created_at as CreatedAt
            from bookmark b {OfServer} where b.due_at <= @now order by b.due_at limit @most
            """,
            new { now = Now, most }, cancellationToken: cancellationToken))).Select(row => row.ToWait())];
    }

    /// <summary>The waits for a stimulus; of all its targets when no lookup is given.</summary>
    public async Task<IReadOnlyList<StoredWait>> WaitsAsync(string name, string? lookup, string? correlationId, string? onlyInstance, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return [.. (await connection.QueryAsync<WaitRow>(new CommandDefinition(
            $"""
            select b.id as Id, b.instance_id as InstanceId, b.lookup as Name, b.due_at as DueAt, b.created_at as CreatedAt
            from bookmark b {OfServer}
            where b.name = @name and (@lookup is null or b.lookup = @lookup) and (@correlationId is null or i.correlation_id = @correlationId)
                and (@onlyInstance is null or b.instance_id = @onlyInstance)
            order by b.created_at
            """, new { name, lookup, correlationId, onlyInstance }, cancellationToken: cancellationToken))).Select(row => row.ToWait())];
    }

    /// <summary>The earliest moment at which a run's wait is due; null when none waits for the time.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return (await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            $"select min(b.due_at) from bookmark b {OfServer} where b.due_at is not null", cancellationToken: cancellationToken))).ToInstant();
    }

    /// <summary>
    /// Moves waits for a span of time, and timers, that were set before the clock was set back: they would otherwise wait for the clock to catch up.
    /// Moments of a calendar stay where they are.
    /// </summary>
    /// <returns>How many were moved.</returns>
    public async Task<int> MoveAfterClockWentBackAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update bookmark set due_at = @now + (due_at - created_at), created_at = @now
            where due_at is not null and name in ('Elsa.Delay', 'Elsa.Timer') and created_at > @now + 1000000;
            """, new { now = Now }, cancellationToken: cancellationToken));
    }

    /// <summary>Runs that stored steps have asked for and that have not begun.</summary>
    public async Task<IReadOnlyList<WorkflowDispatched>> PendingStartsAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<(string Id, string DefinitionId, string Input, string? CorrelationId, string ParentId)>(new CommandDefinition(
            "select instance_id, definition_id, input, correlation_id, parent_id from pending_start order by created_at", cancellationToken: cancellationToken));
        return [.. rows.Select(row => new WorkflowDispatched(row.Id, row.DefinitionId, Members(row.Input), row.CorrelationId, row.ParentId))];
    }

    /// <summary>A start that cannot be made is given up.</summary>
    public async Task ForgetStartAsync(string instanceId)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync("delete from pending_start where instance_id = @instanceId", new { instanceId });
    }

    /// <summary>Events that have not been delivered, the oldest first; those that nobody would act on any more are deleted.</summary>
    public async Task<IReadOnlyList<PendingEvent>> PendingEventsAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = (await connection.QueryAsync<(long Id, string Name, string? CorrelationId, string? Payload, string? Only, long CreatedAt)>(new CommandDefinition(
            "select id, name, correlation_id, payload, only_instance, created_at from pending_event where created_at >= @oldest order by id limit 1000",
            new { oldest = Now - (PendingEventTable.Lifetime.Ticks / TimeSpan.TicksPerMicrosecond) }, cancellationToken: cancellationToken))).ToList();
        return [.. rows.Select(row => new PendingEvent(row.Id,
            new EventPublished(row.Name, row.CorrelationId, row.Payload is null ? null : JsonSerializer.Deserialize<JsonElement>(row.Payload), row.Only), row.CreatedAt.ToInstant()))];
    }

    /// <summary>An event has reached everybody who waited for it.</summary>
    public async Task ForgetEventAsync(long id)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync("delete from pending_event where id = @id", new { id });
    }

    /// <summary>Publishes an event that does not come from a step.</summary>
    public async Task PublishAsync(EventPublished published)
    {
        await using var connection = database.Connect();
        await using var transaction = connection.BeginTransaction();
        await PendingEventTable.AddAsync(connection, transaction, published, Now);
        transaction.Commit();
    }

    private long Now => time.GetUtcNow().ToMicroseconds();

    private static Dictionary<string, object?> Members(string json) =>
        JsonSerializer.Deserialize<JsonElement>(json).EnumerateObject().ToDictionary(member => member.Name, member => ValueConverter.Normalize(member.Value));

    private sealed record WaitRow(string Id, string InstanceId, string? Name, long? DueAt, long CreatedAt)
    {
        public StoredWait ToWait() => new(Id, InstanceId, Name, DueAt.ToInstant(), CreatedAt.ToInstant());
    }
}

/// <summary>A wait of a run.</summary>
/// <param name="BookmarkId">The bookmark.</param>
/// <param name="InstanceId">The run that waits.</param>
/// <param name="Lookup">What must match, or the stimulus name of a due wait.</param>
/// <param name="DueAt">When it is due by itself.</param>
/// <param name="CreatedAt">Since when it waits.</param>
public sealed record StoredWait(string BookmarkId, string InstanceId, string? Lookup, DateTimeOffset? DueAt, DateTimeOffset CreatedAt);

/// <summary>An event on its way.</summary>
public sealed record PendingEvent(long Id, EventPublished Event, DateTimeOffset PublishedAt);
