using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime;

/// <summary>What a run may do while it is carried on.</summary>
/// <param name="Name">What it is, for those who find a resource busy.</param>
/// <param name="TakesLeases">It takes the lease of a resource at its first effect there; an action has its lease from the beginning.</param>
/// <param name="MayAct">It is published; a draft may look but not act.</param>
/// <param name="Mailbox">What resumes it besides the time; null where nothing else can.</param>
/// <param name="Parks">While it waits, nobody carries it: what wakes it is found by the history.</param>
public sealed record RunTerms(string Name, bool TakesLeases, bool MayAct, RunMailbox? Mailbox, bool Parks = false)
{
    /// <summary>Those of the five actions.</summary>
    public static RunTerms OfAction(ResourceAction action, RunMailbox? mailbox) => new(action.Name, TakesLeases: false, MayAct: true, mailbox);
}

/// <summary>How carrying a run can be stopped.</summary>
/// <param name="Interrupt">The run is closed, and nothing is undone.</param>
/// <param name="Drain">The process ends and comes back: an effect under way is finished, everything else is put back as it was stored.</param>
public readonly record struct RunStops(CancellationToken Interrupt, CancellationToken Drain);

/// <summary>How carrying a run ended.</summary>
public enum CarryEnd
{
    /// <summary>The run has ended.</summary>
    Ended,

    /// <summary>It waits, and is woken by what the history says.</summary>
    Parked,

    /// <summary>The process is about to end; the run goes on when it is back.</summary>
    PutBack,
}

/// <summary>A workflow came to an activity that acts on a resource which somebody else has.</summary>
public sealed class ResourceBusyException(LeaseHolder holder)
    : Exception($"'{holder.Resource}' is busy: {holder}. Nothing was done to it; run the workflow again when that has ended.");

/// <summary>A draft came to an activity that acts on a real service.</summary>
public sealed class DraftMayNotActException(string name)
    : Exception($"'{name}' is a draft, and only published workflows start or stop services. Publish it, then run it again.");
