using System.Text.Json;
using Dapper;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Persistence.Leases;

namespace PgWorkflows.Persistence.Runs;

// Runs whose process is gone: a command's are closed, a server's wait for it, and a server that comes back takes them over.
public sealed partial class RunStore
{
    /// <summary>
    /// Closes the runs of commands whose process is gone and frees their leases. Runs of a server wait for its return, except those in the way
    /// of somebody who needs the resource now. Runs of living processes are left alone.
    /// </summary>
    /// <param name="wanted">The resource that is needed now, or null.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The runs that were closed.</returns>
    public async Task<IReadOnlyList<ClosedRun>> CloseGoneAsync(string? wanted, CancellationToken cancellationToken)
    {
        if (!database.Health.IsWritable)
            return []; // Reading goes on; they are closed when that can be stored.
        var closed = new List<ClosedRun>(await new HostedRuns(database, time, outbox).CloseGoneAsync(cancellationToken));
        foreach (var row in await GoneAsync(cancellationToken))
        {
            if (row.Kind != OwnerKind.Server || (wanted is not null && string.Equals(row.Resource, wanted, StringComparison.OrdinalIgnoreCase)))
            {
                if (await CloseAsync(row.Id, RunResults.Interrupted, $"Interrupted: process {row.ProcessId} on {row.Host} ended before the run did.") is { } facts)
                    closed.Add(facts);
            }
        }

        return closed;
    }

    /// <summary>The runs that have not ended and whose process is gone, the newest first: a run that is waited for goes on before the one that waits.</summary>
    public async Task<IReadOnlyList<GoneRun>> GoneAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var running = await connection.QueryAsync<OwnedRow>(new CommandDefinition(
            """
            select id as Id, resource as Resource, action as Action, owner_kind as Kind, owner_host as Host, owner_boot as Boot, owner_pid as ProcessId,
                owner_started as Started, updated_at as UpdatedAt
            from workflow_instance where status = 'Running' order by created_at desc
            """, cancellationToken: cancellationToken));
        return [.. running.Where(row => new ProcessIdentity(row.Host, row.Boot, row.ProcessId, row.Started).IsGone()).Select(row => row.ToGone())];
    }

    /// <summary>Whether a living process other than this one carries the run.</summary>
    public async Task<bool> IsOfLivingOtherAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var owner = await connection.QueryFirstOrDefaultAsync<OwnerRow>(new CommandDefinition(
            "select owner_host as Host, owner_boot as Boot, owner_pid as ProcessId, owner_started as Started from workflow_instance where id = @id and status = 'Running'",
            new { id }, cancellationToken: cancellationToken));
        return owner is not null && new ProcessIdentity(owner.Host, owner.Boot, owner.ProcessId, owner.Started) is var identity && identity != ProcessIdentity.Current && !identity.IsGone();
    }

    /// <summary>Ends a run that nobody carries, by rule.</summary>
    /// <returns>What was closed; null when it had ended meanwhile.</returns>
    public async Task<ClosedRun?> CloseAsync(string id, string result, string note)
    {
        await using var durable = database.ConnectDurably();
        await using var transaction = durable.BeginTransaction();
        var closed = await Closing.CloseAsync(durable, transaction, id, result, note, instance: null, Now, outbox);
        transaction.Commit();
        return closed;
    }

    /// <summary>Makes this process the owner of a run whose process is gone, and of its lease. False when somebody else was first.</summary>
    public async Task<bool> TryTakeOverAsync(GoneRun gone, CancellationToken cancellationToken)
    {
        var owner = ProcessIdentity.Current;
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        var parameters = new { gone.Id, gone.ProcessId, owner.Host, owner.Boot, Pid = owner.ProcessId, owner.Started };
        var taken = await connection.ExecuteAsync(
            """
            update workflow_instance set owner_kind = 'server', owner_host = @Host, owner_boot = @Boot, owner_pid = @Pid, owner_started = @Started
            where id = @Id and status = 'Running' and owner_pid = @ProcessId
            """, parameters, transaction);
        await connection.ExecuteAsync(
            """
            update lease set owner_host = @Host, owner_boot = @Boot, owner_pid = @Pid, owner_started = @Started where instance_id = @Id
            """, parameters, transaction);
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return taken == 1;
    }

    /// <summary>A run that has not ended as it was stored last; null when it has ended or is not there.</summary>
    public async Task<StoredRun?> LoadAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<StoredRow>(new CommandDefinition(
            """
            select i.id as Id, i.version_id as VersionId, i.uses as Uses, i.revision as Revision, i.state as State, i.resource as Resource, i.action as Action,
                i.trigger_kind as Kind, i.triggered_by as By, d.is_published as IsPublished, d.name as Name,
                (select fence from lease where instance_id = i.id and resource = i.resource) as Fence
            from workflow_instance i join workflow_definition d on d.version_id = i.version_id
            where i.id = @id and i.status = 'Running'
            """, new { id }, cancellationToken: cancellationToken));
        return row is null ? null : new(row.Id, row.VersionId, row.Uses, row.Revision, row.State, row.Resource, row.Action, row.Fence, new(row.Kind, row.By), row.IsPublished != 0, row.Name);
    }

    /// <summary>The newest activity of a run that had an effect or may have had one.</summary>
    public async Task<LastEffect?> LastEffectAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<EffectRow>(new CommandDefinition(
            """
            select number as Number, activity_type as ActivityType, label as Label, status as Status, inputs as Inputs, outcomes as Outcomes
            from activity_record where instance_id = @id and has_effect = 1 order by number desc limit 1
            """, new { id }, cancellationToken: cancellationToken));
        if (row is null)
            return null;
        var inputs = row.Inputs is null ? new Dictionary<string, object?>(0)
            : JsonDocument.Parse(row.Inputs).RootElement.EnumerateObject().ToDictionary(member => member.Name, member => (object?)(member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : member.Value.Clone()));
        return new(row.ActivityType, row.Label, row.Status == "Running", row.Outcomes is null ? [] : JsonSerializer.Deserialize<string[]>(row.Outcomes)!,
            new ActivityCall(id, $"{id}-{row.Number}", inputs));
    }

    private sealed record OwnerRow(string Host, string Boot, long ProcessId, long Started);

    private sealed record OwnedRow(string Id, string? Resource, string? Action, string Kind, string Host, string Boot, long ProcessId, long Started, long UpdatedAt)
    {
        public GoneRun ToGone() => new(Id, Resource, Action, Kind == "server" ? OwnerKind.Server : OwnerKind.Command, Host, ProcessId, UpdatedAt.ToInstant());
    }

    private sealed record StoredRow(
        string Id, string VersionId, string Uses, long Revision, byte[] State, string? Resource, string? Action, string Kind, string By, long IsPublished, string Name, long? Fence);

    private sealed record EffectRow(long Number, string ActivityType, string Label, string Status, string? Inputs, string? Outcomes);
}

/// <summary>A run that was closed because its process is gone.</summary>
public sealed record ClosedRun(string Id, string? Resource, string? Action, string Note);

/// <summary>A run that has not ended and whose process is gone.</summary>
public sealed record GoneRun(string Id, string? Resource, string? Action, OwnerKind Kind, string Host, long ProcessId, DateTimeOffset UpdatedAt);

/// <summary>A run as it lies in the history, to be read onto its program.</summary>
public sealed record StoredRun(
    string Id, string VersionId, string Uses, long Revision, byte[] State, string? Resource, string? Action, long? Fence, RunOrigin Origin, bool IsPublished, string Name);

/// <summary>The newest effect of a run.</summary>
/// <param name="ActivityType">The activity type.</param>
/// <param name="Label">For people.</param>
/// <param name="IsInDoubt">The intent is stored, and the end is not.</param>
/// <param name="Outcomes">How it ended.</param>
/// <param name="Call">What it was called with.</param>
public sealed record LastEffect(string ActivityType, string Label, bool IsInDoubt, IReadOnlyList<string> Outcomes, ActivityCall Call);
