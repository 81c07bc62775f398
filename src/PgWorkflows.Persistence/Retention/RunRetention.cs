using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence.Retention;

/// <summary>Which runs are due, and how they go: whole, with journal, records and, for green checks, their place in the hourly counts.</summary>
internal static class RunRetention
{
    private const string Green = "i.action in ('quickCheck', 'deepCheck') and i.result in ('Succeeded', 'Skipped')";

    /// <summary>The timers' own runs that started checks: one for each round of them, with nothing in it that the checks do not say.</summary>
    private const string IsTick = "i.definition_id in ('timer-quickCheck', 'timer-deepCheck')";

    /// <summary>It has ended, nobody's lease names it, and no run that started it still waits.</summary>
    private const string IsFree =
        """
        i.status = 'Finished' and i.finished_at is not null
            and not exists (select 1 from lease where lease.instance_id = i.id)
            and not exists (select 1 from workflow_instance parent where parent.id = i.parent_id and parent.status = 'Running')
        """;

    private const string IsImportant =
        """
        (coalesce(i.action, '') in ('restore', 'remove', 'recover') or coalesce(i.result, 'Succeeded') not in ('Succeeded', 'Skipped', 'Cancelled') or i.sub_status = 'Faulted' or i.incident_count > 0
            or exists (select 1 from activity_record r where r.instance_id = i.id and r.has_effect = 1))
        """;

    /// <summary>
    /// Green checks that are due. The newest check of a resource that had a verdict stays, however old it is: what was seen last must not become "never checked".
    /// </summary>
    public static async Task<IReadOnlyList<string>> DueChecksAsync(SqliteConnection connection, long before, int most, CancellationToken cancellationToken) =>
    [
        .. await connection.QueryAsync<string>(new CommandDefinition(
            $"""
            select i.id from workflow_instance i
            where {Green} and i.finished_at < @before and i.incident_count = 0 and {IsFree}
                and (i.result = 'Skipped' or exists (
                    select 1 from workflow_instance n
                    where n.resource = i.resource and n.created_at > i.created_at and n.action in ('quickCheck', 'deepCheck') and n.finished_at is not null and n.result <> 'Skipped'))
            order by i.finished_at limit @most
            """, new { before, most }, cancellationToken: cancellationToken)),
    ];

    /// <summary>The next runs by their beginning, with whether they are due: most of the old ones are important and stay, and a pass reads each only once.</summary>
    public static async Task<IReadOnlyList<RunDue>> NextAsync(SqliteConnection connection, RunDue? after, long greenBefore, long before, long importantBefore, int most, CancellationToken cancellationToken) =>
    [
        .. await connection.QueryAsync<RunDue>(new CommandDefinition(
            $"""
            select i.id as Id, i.created_at as CreatedAt, i.rowid as Row,
                ({IsFree} and not coalesce({Green} and i.incident_count = 0, 0) and (i.finished_at < @importantBefore or (i.finished_at < @before or {IsTick} and i.finished_at < @greenBefore) and not {IsImportant})) as IsDue
            from workflow_instance i
            where (i.created_at, i.rowid) > (@createdAt, @row) and i.created_at < max(@before, @greenBefore)
            order by i.created_at, i.rowid limit @most
            """, new { createdAt = after?.CreatedAt ?? long.MinValue, row = after?.Row ?? 0, greenBefore, before, importantBefore, most }, cancellationToken: cancellationToken)),
    ];

    /// <summary>Counts green checks by the hour and deletes them, both in the same transaction: each is either there or counted.</summary>
    public static async Task<int> RollUpAsync(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<string> ids)
    {
        var keys = new { ids = JsonSerializer.Serialize(ids) };
        await connection.ExecuteAsync(
            $"""
            insert into check_hour (resource, action, hour, result, checks, min_duration, max_duration, total_duration)
            select i.resource, i.action, i.created_at / 3600000000 * 3600000000 as beginning, i.result, count(*),
                min(i.finished_at - i.created_at), max(i.finished_at - i.created_at), sum(i.finished_at - i.created_at)
            from workflow_instance i where i.id in (select value from json_each(@ids)) and {Green} and {IsFree}
            group by i.resource collate nocase, i.action, beginning, i.result
            on conflict do update set checks = checks + excluded.checks, total_duration = total_duration + excluded.total_duration,
                min_duration = min(min_duration, excluded.min_duration), max_duration = max(max_duration, excluded.max_duration)
            """, keys, transaction);
        return await DeleteAsync(connection, transaction, keys, Green);
    }

    /// <summary>Deletes runs that are still free.</summary>
    public static Task<int> DeleteAsync(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<string> ids) =>
        DeleteAsync(connection, transaction, new { ids = JsonSerializer.Serialize(ids) }, "1 = 1");

    private static Task<int> DeleteAsync(SqliteConnection connection, SqliteTransaction transaction, object keys, string which) =>
        connection.ExecuteAsync($"delete from workflow_instance as i where i.id in (select value from json_each(@ids)) and {which} and {IsFree}", keys, transaction);
}

/// <summary>A run on the way through the history.</summary>
internal sealed record RunDue
{
    public required string Id { get; init; }

    public required long CreatedAt { get; init; }

    public required long Row { get; init; }

    public required bool IsDue { get; init; }
}
