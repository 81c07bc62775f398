using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime;

/// <summary>What to start.</summary>
/// <param name="Version">Which version of which definition; of the five actions always the published one is run.</param>
/// <param name="Origin">Who or what asks for it.</param>
public sealed record StartWorkflow(DefinitionVersion Version, RunOrigin Origin)
{
    /// <summary>The id that the run is to have; by default a new one.</summary>
    public string? RunId { get; init; }

    /// <summary>The run that starts this one.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>The workflow's inputs by name.</summary>
    public IReadOnlyDictionary<string, object?> Input { get; init; } = new Dictionary<string, object?>(0);

    /// <summary>What the run belongs to.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>A name for the run.</summary>
    public string? Name { get; init; }

    /// <summary>The trigger to begin with.</summary>
    public string? TriggerActivityId { get; init; }

    /// <summary>What came with the trigger.</summary>
    public object? TriggerInput { get; init; }

    /// <summary>When the first activity looks for work and finds none, the run is not stored.</summary>
    public bool MayLeaveNoTrace { get; init; }
}

/// <summary>Whether a workflow was started.</summary>
public abstract record StartOutcome
{
    private StartOutcome()
    {
    }

    /// <summary>
    /// It is stored and goes on; <paramref name="Rested"/> completes when it waits for the first time or has ended, <paramref name="Gone"/> when this
    /// process does not carry it any more.
    /// </summary>
    public sealed record Started(string RunId, Task Rested, Task Gone) : StartOutcome;

    /// <summary>Its first activity has looked for work and found none; nothing was stored.</summary>
    public sealed record NothingToDo : StartOutcome;

    /// <summary>Another state-changing action has the resource; nothing was run.</summary>
    public sealed record Busy(LeaseHolder Holder) : StartOutcome;

    /// <summary>An action was asked for without a resource, or with one that is not configured.</summary>
    public sealed record NeedsResource(string? Given) : StartOutcome;

    /// <summary>The definition's activation strategy allows no other run now.</summary>
    public sealed record Refused : StartOutcome;
}
