using Dapper;

namespace PgWorkflows.Persistence.Checks;

/// <summary>What the history says when a failed check asks for a recovery.</summary>
public sealed class RecoveryHistory(Database database, TimeProvider time)
{
    /// <summary>Looks everything up that the decision needs; null when there is no such run.</summary>
    /// <param name="runId">The check that failed.</param>
    /// <param name="last">How many of the last checks of its kind count.</param>
    /// <param name="window">The time over which automatic recoveries are counted.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<RecoveryFacts?> FindAsync(string runId, int last, TimeSpan window, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var check = await connection.QueryFirstOrDefaultAsync<(string? Resource, string? Action, long CreatedAt, long? ReturnValue)>(new CommandDefinition(
            "select resource, action, created_at, return_value from workflow_instance where id = @runId", new { runId }, cancellationToken: cancellationToken));
        if (check.Resource is null)
            return null;
        var parameters = new
        {
            runId,
            check.Resource,
            check.Action,
            last,
            check.CreatedAt,
            now = time.GetUtcNow().ToMicroseconds(), // What is in the future was written before the clock was set back: it says nothing of the order.
            since = (time.GetUtcNow() - window).ToMicroseconds(),
        };
        var results = await connection.QueryAsync<string>(new CommandDefinition(
            """
            select result from workflow_instance
            where resource = @Resource and action = @Action and result in ('Succeeded', 'Failed') and created_at <= @CreatedAt
            order by created_at desc limit @last
            """, parameters, cancellationToken: cancellationToken));
        var lastAction = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            """
            select max(coalesce(finished_at, updated_at)) from workflow_instance
            where resource = @Resource and action in ('restore', 'remove', 'recover') and created_at >= @CreatedAt - 86400000000
                and coalesce(finished_at, updated_at) <= @now
            """, parameters, cancellationToken: cancellationToken));
        var recoveries = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"""
            select count(*) from workflow_instance
            where resource = @Resource and action = 'recover' and created_at > @since and created_at <= @now and trigger_kind in ('{AutomaticKinds}')
            """, parameters, cancellationToken: cancellationToken));
        var paused = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            select count(*) from activity_record where instance_id = @runId and activity_type = 'PgWorkflows.QueryService' and outcomes = '["Paused"]'
            """, parameters, cancellationToken: cancellationToken));
        return new(check.CreatedAt.ToInstant(), (int?)check.ReturnValue, results.Count(result => result == "Failed"), lastAction.ToInstant(), (int)recoveries, paused > 0);
    }

    /// <summary>The recovery that this run has begun already, or null.</summary>
    public async Task<string?> BegunByAsync(string runId, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select id from workflow_instance where parent_id = @runId and action = 'recover'", new { runId }, cancellationToken: cancellationToken));
    }

    /// <summary>The kinds of origin of what nobody asked for by hand.</summary>
    private const string AutomaticKinds = "event', 'timer', 'watch', 'parent";
}

/// <summary>What a decision about a recovery is made of.</summary>
/// <param name="CheckedAt">When the failed check began.</param>
/// <param name="ReturnValue">What the check ended with.</param>
/// <param name="Failures">How many of the last checks of its kind have failed, this one included.</param>
/// <param name="LastActionEnded">When the last restore, remove or recover of the day ended, or moved last.</param>
/// <param name="Recoveries">Automatic recoveries within the window.</param>
/// <param name="IsPaused">The check saw a service that was paused by hand.</param>
public sealed record RecoveryFacts(DateTimeOffset CheckedAt, int? ReturnValue, int Failures, DateTimeOffset? LastActionEnded, int Recoveries, bool IsPaused);
