using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Persistence.Hosted;

/// <summary>
/// Runs that another workflow host carries, as far as they touch resources: the same leases, states and events as those of our own runs, so that
/// both homes may share one history and still only one of them acts on a resource. A run whose process is gone is closed, never continued.
/// </summary>
public sealed class HostedRuns(Database database, TimeProvider time, Outbox? outbox = null)
{
    /// <summary>Asks whether a run may begin, or go on after a wait; called before each of its bursts.</summary>
    public async Task<HostedBegin> BeginAsync(HostedRun run, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        var begin = await HostedRunTable.FindAsync(connection, transaction, run.Id) is { } row
            ? await ContinueAsync(connection, transaction, row) : await StartAsync(connection, transaction, run);
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return begin;
    }

    /// <summary>How a run that has begun before stands; null when it never touched a resource.</summary>
    public async Task<HostedRun?> FindAsync(string id)
    {
        await using var connection = database.Connect();
        return await HostedRunTable.FindAsync(connection, null, id) is { } row ? new(row.Id, row.Resource, row.Action, Enum.Parse<HostedKind>(row.Kind, ignoreCase: true)) : null;
    }

    /// <summary>Why the run should end, or null: asked while it runs.</summary>
    public async Task<string?> CancelReasonAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select cancel_reason from hosted_run where id = @id", new { id }, cancellationToken: cancellationToken));
    }

    /// <summary>Asks a run to end before its next effect.</summary>
    public async Task RequestCancelAsync(string id, string reason)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync(
            "update hosted_run set cancel_reason = coalesce(cancel_reason, @reason) where id = @id and ended_at is null", new { id, reason });
    }

    /// <summary>
    /// Stores the intent to start or stop something, and reads the fence again. False when the run has ended, was told to end, no longer has the
    /// resource, or has come to this very effect before.
    /// </summary>
    public async Task<bool> TryIntendAsync(string id, string resource, string activityId, string label, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        var intended = await connection.ExecuteAsync(
            """
            insert into hosted_effect (run_id, activity_id, label, began_at)
            select @id, @activityId, @label, @Now where exists (
                select 1 from hosted_run r join lease l on l.instance_id = r.id and l.resource = @resource
                where r.id = @id and r.ended_at is null and r.cancel_reason is null
                    and r.owner_host = @Host and r.owner_boot = @Boot and r.owner_pid = @ProcessId and r.owner_started = @Started)
            on conflict do nothing
            """,
            new
            {
                id, resource, activityId, label, Now, ProcessIdentity.Current.Host, ProcessIdentity.Current.Boot, ProcessIdentity.Current.ProcessId,
                ProcessIdentity.Current.Started,
            }, transaction);
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return intended == 1;
    }

    /// <summary>Stores what a step tells the outside, and the end of its effect if it had one, in one transaction.</summary>
    public async Task StoreAsync(string id, string activityId, IReadOnlyList<string> outcomes, IReadOnlyList<Emission> emissions)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        await connection.ExecuteAsync(
            "update hosted_effect set ended_at = @Now, outcomes = @outcomes where run_id = @id and activity_id = @activityId",
            new { id, activityId, Now, outcomes = string.Join(", ", outcomes) }, transaction);
        await EmissionWriter.WriteAsync(connection, transaction, id, Now, emissions, outbox);
        transaction.Commit();
    }

    /// <summary>The run is over; its resource is free again.</summary>
    /// <param name="id">The host's instance id.</param>
    /// <param name="result">What it is when no END step said so.</param>
    /// <param name="returnValue">The return value that goes with it.</param>
    /// <param name="note">Why.</param>
    public async Task<HostedEnd?> EndAsync(string id, string result, int? returnValue, string? note)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        if (await HostedRunTable.FindAsync(connection, transaction, id) is not { EndedAt: null } row)
            return null;
        var end = row.Result is null ? new HostedEnd(result, returnValue, note) : row.End;
        if (end.Result == RunResults.Interrupted)
            end = await HostedRunTable.InterruptAsync(connection, transaction, row, note ?? "Interrupted.", Now);
        else
            await HostedRunTable.EndAsync(connection, transaction, id, end, Now);
        transaction.Commit();
        return end;
    }

    /// <summary>Closes the runs whose process is gone and frees their resources.</summary>
    public async Task<IReadOnlyList<ClosedRun>> CloseGoneAsync(CancellationToken cancellationToken)
    {
        await using var reading = database.Connect();
        var gone = (await HostedRunTable.OpenAsync(reading)).Where(row => row.Owner.IsGone()).ToList();
        if (gone.Count == 0)
            return [];

        await using var connection = database.ConnectDurably();
        var closed = new List<ClosedRun>(gone.Count);
        foreach (var row in gone)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using var transaction = connection.BeginTransaction();
            if (await HostedRunTable.FindAsync(connection, transaction, row.Id) is { EndedAt: null } still)
            {
                var end = await HostedRunTable.InterruptAsync(connection, transaction, still, Gone(still), Now);
                closed.Add(new(still.Id, still.Resource, still.Action, end.Note!));
            }

            transaction.Commit();
        }

        return closed;
    }

    private async Task<HostedBegin> StartAsync(SqliteConnection connection, SqliteTransaction transaction, HostedRun run)
    {
        if (await LeaseTable.HolderAsync(connection, transaction, run.Resource) is { } holder && holder.InstanceId != run.Id)
            return new HostedBegin.Busy(holder);
        var owner = ProcessIdentity.Current;
        await HostedRunTable.AddAsync(connection, transaction, run, owner, Now);
        if (run.Kind == HostedKind.Check)
        {
            await HostedRunTable.NoteCheckAsync(connection, transaction, run, Now);
            return new HostedBegin.Begun();
        }

        await LeaseTable.TakeAsync(connection, transaction, run.Resource, run.Id, run.Action, owner, Now);
        await RunStore.EndChecksAsync(connection, transaction, run.Resource, run.Action, run.Id);
        return new HostedBegin.Begun();
    }

    private async Task<HostedBegin> ContinueAsync(SqliteConnection connection, SqliteTransaction transaction, HostedRow row)
    {
        if (row.EndedAt is not null)
            return new HostedBegin.Ended(row.End);
        if (row.Owner == ProcessIdentity.Current)
            return new HostedBegin.Begun();

        // Of another machine we cannot see whether the process lives; what it was in the middle of is not done again by us.
        var doubts = await connection.ExecuteScalarAsync<long>(
            "select count(*) from hosted_effect where run_id = @Id and ended_at is null", new { row.Id }, transaction);
        if (row.Owner.IsGone() || doubts > 0)
            return new HostedBegin.Ended(await HostedRunTable.InterruptAsync(connection, transaction, row, Gone(row), Now));
        await HostedRunTable.TakeOverAsync(connection, transaction, row.Id, ProcessIdentity.Current);
        return new HostedBegin.Begun();
    }

    private static string Gone(HostedRow row) => $"Interrupted: process {row.ProcessId} on {row.Host} ended before the run did.";

    private long Now => time.GetUtcNow().ToMicroseconds();
}
