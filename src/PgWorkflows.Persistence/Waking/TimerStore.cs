using Dapper;

namespace PgWorkflows.Persistence.Waking;

/// <summary>When the timers that begin published workflows are due. The instants are ours; an alarm clock only rings at them.</summary>
public sealed class TimerStore(Database database)
{
    /// <summary>All timers.</summary>
    public async Task<IReadOnlyList<StoredTimer>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return [.. (await connection.QueryAsync<Row>(new CommandDefinition(
            "select definition_id as DefinitionId, activity_id as ActivityId, version_id as VersionId, hash as Hash, due_at as DueAt, armed_at as ArmedAt from timer",
            cancellationToken: cancellationToken))).Select(row => new StoredTimer(row.DefinitionId, row.ActivityId, row.VersionId, row.Hash, row.DueAt.ToInstant(), row.ArmedAt.ToInstant()))];
    }

    /// <summary>Stores when a timer is due next.</summary>
    public async Task SetAsync(StoredTimer timer)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync(
            """
            insert into timer (definition_id, activity_id, version_id, hash, due_at, armed_at) values (@DefinitionId, @ActivityId, @VersionId, @Hash, @due, @armed)
            on conflict (definition_id, activity_id) do update set version_id = excluded.version_id, hash = excluded.hash, due_at = excluded.due_at, armed_at = excluded.armed_at
            """, new { timer.DefinitionId, timer.ActivityId, timer.VersionId, timer.Hash, due = timer.DueAt.ToMicroseconds(), armed = timer.ArmedAt.ToMicroseconds() });
    }

    /// <summary>The workflow is not published any more, or has lost that timer.</summary>
    public async Task RemoveAsync(StoredTimer timer)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync("delete from timer where definition_id = @DefinitionId and activity_id = @ActivityId", timer);
    }

    private sealed record Row(string DefinitionId, string ActivityId, string VersionId, string Hash, long? DueAt, long ArmedAt);
}

/// <summary>A timer that begins a published workflow.</summary>
/// <param name="DefinitionId">The workflow.</param>
/// <param name="ActivityId">The Timer, Cron or StartAt in it.</param>
/// <param name="VersionId">The published version it stands in.</param>
/// <param name="Hash">Of its type and inputs.</param>
/// <param name="DueAt">When it is due next; null when it never is again.</param>
/// <param name="ArmedAt">When that was decided.</param>
public sealed record StoredTimer(string DefinitionId, string ActivityId, string VersionId, string Hash, DateTimeOffset? DueAt, DateTimeOffset ArmedAt);
