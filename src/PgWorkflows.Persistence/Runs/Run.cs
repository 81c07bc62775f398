using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Persistence.Runs;

/// <summary>Who or what asked for a run.</summary>
/// <param name="Kind">cli, http, timer, parent …</param>
/// <param name="By">For people: the OS user and program, the address, the parent run.</param>
public sealed record RunOrigin(string Kind, string By);

/// <summary>A run as its process carries it on: the instance and its place in the history.</summary>
public sealed record Run
{
    /// <summary>The instance, with what waits to be saved.</summary>
    public required WorkflowInstance Instance { get; init; }

    /// <summary>Which saved state it builds on; exactly one writer wins.</summary>
    public required long Revision { get; init; }

    /// <summary>The protected resource, or null for other workflows.</summary>
    public string? Resource { get; init; }

    /// <summary>The fencing number of the lease, for state-changing actions.</summary>
    public long? Fence { get; init; }

    /// <summary>What the last save stored, for those who watch.</summary>
    public Unsaved? LastStored { get; init; }

    /// <summary>The history has rows for what it waits for.</summary>
    public bool HasBookmarks { get; init; }
}

/// <summary>What a new run needs besides its instance.</summary>
/// <param name="Run">The run, started in memory and not stored yet.</param>
/// <param name="Action">The action's name, or null for other workflows.</param>
/// <param name="TakesLease">The action changes state: it needs the resource for itself.</param>
/// <param name="YieldsToLease">The run is a check: it does not run beside a state-changing action.</param>
/// <param name="Origin">Who asked for it.</param>
/// <param name="VersionId">The stored definition version it runs.</param>
/// <param name="DefinitionHash">That version's hash.</param>
/// <param name="Uses">Versions of the workflows used as activities, by definition id.</param>
public sealed record NewRun(
    Run Run, string? Action, bool TakesLease, bool YieldsToLease, RunOrigin Origin,
    string VersionId, string DefinitionHash, IReadOnlyDictionary<string, string> Uses);

/// <summary>Whether a run could begin.</summary>
public abstract record BeginResult
{
    private BeginResult()
    {
    }

    /// <summary>It is stored and may go on.</summary>
    public sealed record Begun(Run Run) : BeginResult;

    /// <summary>Another state-changing action has the resource. Of a check, the run is stored as skipped; of an action, nothing is stored.</summary>
    public sealed record Busy(LeaseHolder Holder, string? SkippedRunId) : BeginResult;
}

/// <summary>Who holds a resource.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="InstanceId">The run.</param>
/// <param name="Action">Its action.</param>
/// <param name="Owner">The process that carries it.</param>
/// <param name="Since">Since when.</param>
/// <param name="Fence">The fencing number.</param>
public sealed record LeaseHolder(string Resource, string InstanceId, string Action, ProcessIdentity Owner, DateTimeOffset Since, long Fence)
{
    /// <summary>The process that carries the run is gone: the server decides over it when it is back, or the next restore, remove or recover closes it.</summary>
    public bool IsGone => Owner.IsGone();

    /// <summary>For people: which run, of whom, since when.</summary>
    public override string ToString() => $"{Action} (run {InstanceId}, {Owner}{(IsGone ? ", which is gone: start the server again, or run restore, remove or recover here" : "")}, since {Since:yyyy-MM-dd HH:mm:ss} UTC)";
}

/// <summary>How a run ended, beyond what an action itself can say.</summary>
public static class RunResults
{
    /// <summary>The process that carried it is gone.</summary>
    public const string Interrupted = nameof(Interrupted);

    /// <summary>It ended without reaching an end node, for example by an incident.</summary>
    public const string Incomplete = nameof(Incomplete);

    /// <summary>Its process is gone, and what was seen afterwards contradicts what it had stored, or it is too old: it was ended without effect, event or state.</summary>
    public const string Superseded = nameof(Superseded);

    /// <summary>Somebody ended it; of workflows that are not one of the five actions.</summary>
    public const string Cancelled = nameof(Cancelled);

    /// <summary>A check that met a state-changing action, or a resource that is not in service.</summary>
    public const string Skipped = nameof(ActionResult.Skipped);
}
