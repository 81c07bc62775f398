using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Persistence.Runs;

/// <summary>
/// The runs as they are carried on. A state, its journal, its records, its events and its lease move in one transaction,
/// and a revision lets exactly one writer win.
/// </summary>
/// <param name="database">The history.</param>
/// <param name="time">The clock.</param>
/// <param name="outbox">Takes the events for outside channels; null where there are none.</param>
/// <param name="kind">What kind of process this is; it decides what becomes of its runs when it dies.</param>
public sealed partial class RunStore(Database database, TimeProvider time, Outbox? outbox = null, OwnerKind kind = OwnerKind.Command)
{
    /// <summary>Stores a new run, if the resource is free for it. A state-changing action takes the lease and ends checks that are under way.</summary>
    /// <exception cref="HistoryException">The history cannot be written, so nothing is begun.</exception>
    public async Task<BeginResult> BeginAsync(NewRun begin, CancellationToken cancellationToken)
    {
        database.Health.RequireWritable();
        await using var connection = begin.TakesLease ? database.ConnectDurably() : database.Connect();
        await using var transaction = connection.BeginTransaction();
        var (run, owner) = (begin.Run, ProcessIdentity.Current);
        var holder = run.Resource is null || !(begin.TakesLease || begin.YieldsToLease)
            ? null : await LeaseTable.HolderAsync(connection, transaction, run.Resource);

        if (holder is not null && begin.TakesLease)
            return new BeginResult.Busy(holder, null);
        if (holder is { IsGone: true })
            holder = null; // Nobody is at work: a server that is dead keeps no check from telling what is true.

        if (begin.TakesLease)
        {
            run = run with { Fence = await LeaseTable.TakeAsync(connection, transaction, run.Resource!, run.Instance.Id, begin.Action!, owner, Now) };
            await EndChecksAsync(connection, transaction, run.Resource!, begin.Action!, run.Instance.Id);
        }

        if (holder is not null)
            run = run with { Instance = run.Instance.Cancel(time.GetUtcNow(), $"{holder.Action} is under way (run {holder.InstanceId})") };

        await connection.ExecuteAsync(
            """
            insert into workflow_instance (id, version_id, definition_id, definition_hash, uses, status, sub_status, created_at, updated_at, revision, state,
                parent_id, resource, action, trigger_kind, triggered_by, owner_kind, owner_host, owner_boot, owner_pid, owner_started)
            values (@Id, @VersionId, @DefinitionId, @DefinitionHash, @uses, 'Running', 'Executing', @createdAt, @createdAt, 0, @state,
                @ParentInstanceId, @Resource, @Action, @Kind, @By, @ownerKind, @Host, @Boot, @ProcessId, @Started)
            """,
            new
            {
                run.Instance.Id,
                begin.VersionId,
                run.Instance.Program.Definition.DefinitionId,
                begin.DefinitionHash,
                uses = JsonSerializer.Serialize(begin.Uses),
                createdAt = run.Instance.CreatedAt.ToMicroseconds(),
                state = Array.Empty<byte>(),
                run.Instance.ParentInstanceId,
                run.Resource,
                begin.Action,
                begin.Origin.Kind,
                begin.Origin.By,
                ownerKind = kind.ToString().ToLowerInvariant(),
                owner.Host,
                owner.Boot,
                owner.ProcessId,
                owner.Started,
            }, transaction);
        var saved = await SaveAsync(connection, transaction, run) ?? throw new InvalidOperationException($"The new run {run.Instance.Id} could not be stored.");
        await connection.ExecuteAsync("delete from pending_start where instance_id = @Id", new { run.Instance.Id }, transaction);
        if (begin.YieldsToLease)
            await NoteCheckAsync(connection, transaction, begin);
        if (holder is not null)
            await EndAsync(connection, transaction, run.Instance.Id, RunResults.Skipped, 0, $"Skipped: {holder.Action} is under way (run {holder.InstanceId}).");
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        TellOutbox(saved);
        return holder is null ? new BeginResult.Begun(saved) : new BeginResult.Busy(holder, run.Instance.Id);
    }

    /// <summary>
    /// Stores the intent to run an activity that changes something outside, and reads the fence again: null when another action owns the resource,
    /// when the run was ended from outside, or when somebody else carries it on.
    /// </summary>
    public async Task<Run?> TrySaveIntentAsync(Run run, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        if (run.Fence is { } fence && !await LeaseTable.IsHeldAsync(connection, transaction, run.Resource!, run.Instance.Id, fence))
            return null;
        var saved = await SaveAsync(connection, transaction, run);
        cancellationToken.ThrowIfCancellationRequested();
        if (saved is not null)
            transaction.Commit();
        TellOutbox(saved);
        return saved;
    }

    /// <summary>Stores a run; null when somebody else is ahead or the run was ended from outside. A lease is given back together with the run's end.</summary>
    public async Task<Run?> TrySaveAsync(Run run)
    {
        await using var connection = run.Fence is null ? database.Connect() : database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        var saved = await SaveAsync(connection, transaction, run);
        if (saved is null)
            return null;
        if (run.Instance.Status == WorkflowStatus.Finished)
        {
            await connection.ExecuteAsync(
                "update workflow_instance set result = @Incomplete, return_value = null where id = @Id and result is null and action is not null",
                new { RunResults.Incomplete, run.Instance.Id }, transaction);
            await LeaseTable.ReleaseAsync(connection, transaction, run.Instance.Id);
        }

        transaction.Commit();
        TellOutbox(saved);
        return saved;
    }

    /// <summary>Why a check should end, or null: asked while it runs.</summary>
    public async Task<string?> CancelReasonAsync(string instanceId, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select cancel_reason from workflow_instance where id = @instanceId", new { instanceId }, cancellationToken: cancellationToken));
    }

    private long Now => time.GetUtcNow().ToMicroseconds();

    private async Task<Run?> SaveAsync(SqliteConnection connection, SqliteTransaction transaction, Run run)
    {
        var instance = run.Instance;
        var updated = await connection.ExecuteAsync(
            """
            update workflow_instance
            set status = @status, sub_status = @subStatus, name = @Name, correlation_id = @CorrelationId, updated_at = @updatedAt, finished_at = @finishedAt,
                incident_count = @incidents, state = @state, revision = revision + 1
            where id = @Id and revision = @Revision and status = 'Running' and cancel_reason is null
            """,
            new
            {
                instance.Id,
                run.Revision,
                status = instance.Status.ToString(),
                subStatus = instance.SubStatus.ToString(),
                instance.Name,
                instance.CorrelationId,
                updatedAt = instance.UpdatedAt.ToMicroseconds(),
                finishedAt = instance.FinishedAt.ToMicroseconds(),
                incidents = instance.Incidents.Count,
                state = InstanceState.Write(instance),
            }, transaction);
        if (updated != 1)
            return null;

        var unsaved = instance.Unsaved();
        StepWriter.Write(connection, transaction, instance.Id, unsaved);
        await EmissionWriter.WriteAsync(connection, transaction, instance, unsaved.Emissions, outbox);
        if (instance.Bookmarks.Count > 0 || run.HasBookmarks)
            await BookmarkWriter.WriteAsync(connection, transaction, instance);
        return run with { Instance = instance.Saved(), Revision = run.Revision + 1, LastStored = unsaved, HasBookmarks = instance.Bookmarks.Count > 0 };
    }

    private void TellOutbox(Run? saved)
    {
        if (saved?.LastStored?.Emissions.Any(emission => emission is EventLogged) is true)
            outbox?.Filled?.Invoke();
    }

    private static Task EndAsync(SqliteConnection connection, SqliteTransaction transaction, string id, string result, int? returnValue, string? note) =>
        connection.ExecuteAsync("update workflow_instance set result = @result, return_value = @returnValue, closing_note = @note where id = @id",
            new { id, result, returnValue, note }, transaction);

    /// <summary>When a resource was checked last decides when it is due again, whoever checked it.</summary>
    private static Task NoteCheckAsync(SqliteConnection connection, SqliteTransaction transaction, NewRun begin) =>
        connection.ExecuteAsync(
            """
            insert into last_check (resource, action, instance_id, started_at) values (@Resource, @Action, @Id, @at)
            on conflict (resource, action) do update set instance_id = excluded.instance_id, started_at = excluded.started_at
            """, new { begin.Run.Resource, begin.Action, begin.Run.Instance.Id, at = begin.Run.Instance.CreatedAt.ToMicroseconds() }, transaction);
}

/// <summary>What kind of process carries runs.</summary>
public enum OwnerKind
{
    /// <summary>It ends with its run; a run that outlives it is closed as interrupted.</summary>
    Command,

    /// <summary>It comes back and goes on with its runs.</summary>
    Server,
}
