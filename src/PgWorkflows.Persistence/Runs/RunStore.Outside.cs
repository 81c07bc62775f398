using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Persistence.Leases;

namespace PgWorkflows.Persistence.Runs;

// What reaches a run from outside: a lease that it needs on its way, and its cancellation.
public sealed partial class RunStore
{
    /// <summary>Takes a resource for a run that comes to its first effect on it; the lease is kept to the run's end.</summary>
    /// <param name="run">The run.</param>
    /// <param name="resource">What its next activity changes.</param>
    /// <param name="action">What the run is, for those who find the resource busy.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<LeaseResult> TakeLeaseAsync(Run run, string resource, string action, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        if (await LeaseTable.HolderAsync(connection, transaction, resource) is { } holder)
            return holder.InstanceId == run.Instance.Id ? new LeaseResult.Taken(holder.Fence) : new LeaseResult.Busy(holder);

        var fence = await LeaseTable.TakeAsync(connection, transaction, resource, run.Instance.Id, action, ProcessIdentity.Current, Now);
        await EndChecksAsync(connection, transaction, resource, action, run.Instance.Id);
        await connection.ExecuteAsync("update workflow_instance set resource = coalesce(resource, @resource) where id = @Id", new { resource, run.Instance.Id }, transaction);
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return new LeaseResult.Taken(fence);
    }

    /// <summary>Asks a run to end; the process that carries it does so before its next step.</summary>
    /// <returns>False when there is no such run or it has ended.</returns>
    public async Task<bool> RequestCancelAsync(string instanceId, string reason, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteAsync(new CommandDefinition(
            "update workflow_instance set cancel_reason = coalesce(cancel_reason, @reason) where id = @instanceId and status = 'Running'",
            new { instanceId, reason }, cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>Ends a run that was ended from outside, by what is known of why; the run's own process calls this.</summary>
    public async Task CloseFromOutsideAsync(Run run)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        var (reason, action) = await connection.QueryFirstAsync<(string? Reason, string? Action)>(
            "select cancel_reason, action from workflow_instance where id = @Id", new { run.Instance.Id }, transaction);
        var (result, note) = (reason, action) switch
        {
            (null, _) => (RunResults.Interrupted, "Interrupted: the process was told to stop."),
            (_, "quickCheck" or "deepCheck") => (RunResults.Skipped, $"Skipped: {reason}."),
            (_, null) => (RunResults.Cancelled, $"Cancelled: {reason}."),
            _ => (RunResults.Interrupted, $"Interrupted: {reason}."),
        };
        await Closing.CloseAsync(connection, transaction, run.Instance.Id, result, note, run.Instance, Now, outbox);
        transaction.Commit();
    }

    /// <summary>A state-changing action ends the checks that are under way on its resource.</summary>
    internal static async Task EndChecksAsync(SqliteConnection connection, SqliteTransaction transaction, string resource, string action, string instanceId)
    {
        var reason = $"{action} began (run {instanceId})";
        await connection.ExecuteAsync(
            """
            update workflow_instance set cancel_reason = @reason
            where resource = @resource collate nocase and status = 'Running' and action in ('quickCheck', 'deepCheck') and cancel_reason is null
            """, new { reason, resource }, transaction);
        await HostedRunTable.EndChecksAsync(connection, transaction, resource, reason);
    }
}

/// <summary>Whether a run could have a resource for itself.</summary>
public abstract record LeaseResult
{
    private LeaseResult()
    {
    }

    /// <summary>The resource is the run's.</summary>
    public sealed record Taken(long Fence) : LeaseResult;

    /// <summary>Somebody else has it.</summary>
    public sealed record Busy(LeaseHolder Holder) : LeaseResult;
}
