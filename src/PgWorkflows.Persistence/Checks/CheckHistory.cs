using Dapper;

namespace PgWorkflows.Persistence.Checks;

/// <summary>The checks of a resource over time, in a form that can be drawn.</summary>
public sealed class CheckHistory(Database database)
{
    /// <summary>More than a day of checks every ten seconds is not drawn; the newest are.</summary>
    private const int Most = 10_000;

    /// <summary>Checks since a time, the oldest first. Skipped ones are neither successes nor failures and are left out.</summary>
    public async Task<IReadOnlyList<CheckFacts>> SinceAsync(string resource, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select id as RunId, action as Action, result as Result, created_at as StartedAt, finished_at as FinishedAt
            from workflow_instance
            where resource = @resource collate nocase and action in ('quickCheck', 'deepCheck') and created_at >= @since
                and finished_at is not null and result is not null and result <> 'Skipped'
            order by created_at desc limit @Most
            """, new { resource, since = since.ToMicroseconds(), Most }, cancellationToken: cancellationToken));
        return [.. rows.Reverse().Select(row => row.ToFacts())];
    }

    /// <summary>The newest check that ended with a verdict, or null.</summary>
    public async Task<CheckFacts?> LastAsync(string resource, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            """
            select id as RunId, action as Action, result as Result, created_at as StartedAt, finished_at as FinishedAt
            from workflow_instance
            where resource = @resource collate nocase and action in ('quickCheck', 'deepCheck') and finished_at is not null and result is not null and result <> 'Skipped'
            order by created_at desc, rowid desc limit 1
            """, new { resource }, cancellationToken: cancellationToken));
        return row?.ToFacts();
    }

    /// <summary>The green checks since a time that are kept as hourly counts only, by whole hours, the oldest first.</summary>
    public async Task<IReadOnlyList<CheckHour>> HoursSinceAsync(string resource, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<HourRow>(new CommandDefinition(
            """
            select hour as Hour, action as Action, checks as Checks, min_duration as Shortest, max_duration as Longest, total_duration as Total
            from check_hour where resource = @resource and hour >= @since and result = 'Succeeded' order by hour, action
            """, new { resource, since = since.ToMicroseconds() }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new CheckHour(row.Hour.ToInstant(), row.Action, (int)row.Checks, Span(row.Shortest), Span(row.Longest), Span(row.Total / row.Checks)))];

        static TimeSpan Span(long microseconds) => TimeSpan.FromMicroseconds(microseconds);
    }

    private sealed record HourRow(long Hour, string Action, long Checks, long Shortest, long Longest, long Total);

    private sealed record Row(string RunId, string Action, string Result, long StartedAt, long FinishedAt)
    {
        public CheckFacts ToFacts() => new(RunId, Action, Result, StartedAt.ToInstant(), FinishedAt.ToInstant());
    }
}

/// <summary>A check that ended with a verdict.</summary>
public sealed record CheckFacts(string RunId, string Action, string Result, DateTimeOffset StartedAt, DateTimeOffset FinishedAt)
{
    /// <summary>It found what it looked for.</summary>
    public bool Succeeded => Result == "Succeeded";
}

/// <summary>The checks of an action in an hour that succeeded and are kept as a count only.</summary>
public sealed record CheckHour(DateTimeOffset Hour, string Action, int Checks, TimeSpan Shortest, TimeSpan Longest, TimeSpan Mean);
