using System.Data.Common;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Runtime;

/// <summary>Carries a stored run on to its end: activities, intents before effects, commits, waits. The one loop for actions and for other workflows.</summary>
public sealed class RunCarrier(RunStore runs, IResources resources, TimeProvider time)
{
    /// <summary>After so many unsaved entries a run that never waits is stored, so that its memory does not grow.</summary>
    private const int MaxUnsaved = 1000;

    /// <summary>Carries a run on until it has ended.</summary>
    /// <param name="run">The run as it was stored.</param>
    /// <param name="terms">What it may do.</param>
    /// <param name="observer">Learns of steps once they are stored.</param>
    /// <param name="cancellationToken">Interrupts the run: it is closed, and nothing is undone.</param>
    public async Task CarryOnAsync(Run run, RunTerms terms, IRunObserver observer, CancellationToken cancellationToken)
    {
        var leases = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        try
        {
            while (true)
            {
                while (run.Instance.Current is { } activity)
                {
                    observer.Running(run, activity);
                    var refusal = activity.HasEffect ? await PrepareEffectAsync() : null;
                    var result = refusal ?? await activity.RunAsync(cancellationToken);
                    run = run with { Instance = run.Instance.Apply(result, time.GetUtcNow()) };
                    if (!activity.HasEffect && !activity.WantsCommit && result.Emissions.Count == 0 && !run.Instance.Rests && run.Instance.UnsavedCount < MaxUnsaved)
                        continue; // Pure steps are stored with the next commit.

                    run = await runs.TrySaveAsync(run) ?? throw new RunTakenException(run.Instance.Id);
                    observer.Stored(run);

                    async Task<ActivityResult?> PrepareEffectAsync()
                    {
                        if (terms.TakesLeases && await LeaseAsync(run, activity, terms, leases, cancellationToken) is { } reason)
                            return new ActivityResult.Faulted(reason);
                        var leased = terms.TakesLeases && ResourceOf(activity) is { } resource ? run with { Resource = resource, Fence = leases[resource] } : run;
                        run = await runs.TrySaveIntentAsync(leased, cancellationToken) ?? throw new RunTakenException(run.Instance.Id);
                        observer.Stored(run);
                        return null;
                    }
                }

                if (run.Instance.Status == WorkflowStatus.Finished)
                    return;
                run = await WaitAsync(run, terms, cancellationToken);
                if (!run.Instance.Rests)
                    continue;

                // What was waited for has led to the end, or to the next wait, without an activity between.
                run = await runs.TrySaveAsync(run) ?? throw new RunTakenException(run.Instance.Id);
                observer.Stored(run);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await runs.CloseFromOutsideAsync(run);
        }
        catch (RunTakenException)
        {
            await runs.CloseFromOutsideAsync(run);
        }
        catch (DbException e)
        {
            // The disk may be full. What was done and could not be recorded is told, so that nobody has to guess what state the server is in.
            throw new HistoryLostException(run.Instance, terms.Name, e);
        }
    }

    /// <summary>Before an effect of a workflow that is not an action: only what is published acts, and only on a resource that it has for itself.</summary>
    private async Task<Exception?> LeaseAsync(Run run, PendingActivity activity, RunTerms terms, Dictionary<string, long> leases, CancellationToken cancellationToken)
    {
        if (!terms.MayAct)
            return new DraftMayNotActException(terms.Name);
        if (ResourceOf(activity) is not { } resource || leases.ContainsKey(resource))
            return null;
        switch (await runs.TakeLeaseAsync(run, resource, terms.Name, cancellationToken))
        {
            case LeaseResult.Taken(var fence):
                leases[resource] = fence;
                return null;
            case LeaseResult.Busy(var holder):
                return new ResourceBusyException(holder);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>The resource that an activity works on; null when it names none that is configured, which the activity tells itself.</summary>
    private string? ResourceOf(PendingActivity activity) =>
        activity.Call.Inputs.GetValueOrDefault("Resource") is string name ? resources.Find(name)?.Name : null;

    /// <summary>Waits for what comes first: a time, or what the mailbox brings. A run that waits for nothing that can come is ended by an incident.</summary>
    private async Task<Run> WaitAsync(Run run, RunTerms terms, CancellationToken cancellationToken)
    {
        var next = run.Instance.Bookmarks.Where(bookmark => bookmark.DueAt is not null).MinBy(bookmark => bookmark.DueAt);
        var now = time.GetUtcNow();
        if (terms.Mailbox is { } mailbox)
            return await mailbox.WaitAsync(run, next, time, cancellationToken);
        if (next is null)
        {
            return run with { Instance = run.Instance.Fail(new StuckRunException(run.Instance.Bookmarks is [var first, ..] ? first.Name : null), now) };
        }

        if (next.DueAt > now)
            await Task.Delay(next.DueAt.Value - now, time, cancellationToken);
        return run with { Instance = run.Instance.Resume(next.Id, null, time.GetUtcNow()) ?? run.Instance };
    }
}

/// <summary>What a run may do while it is carried on.</summary>
/// <param name="Name">What it is, for those who find a resource busy.</param>
/// <param name="TakesLeases">It takes the lease of a resource at its first effect there; an action has its lease from the beginning.</param>
/// <param name="MayAct">It is published; a draft may look but not act.</param>
/// <param name="Mailbox">What resumes it besides the time; null where nothing else can.</param>
public sealed record RunTerms(string Name, bool TakesLeases, bool MayAct, RunMailbox? Mailbox)
{
    /// <summary>Those of the five actions.</summary>
    public static RunTerms OfAction(ResourceAction action, RunMailbox? mailbox) => new(action.Name, TakesLeases: false, MayAct: true, mailbox);
}

/// <summary>A workflow came to an activity that acts on a resource which somebody else has.</summary>
public sealed class ResourceBusyException(LeaseHolder holder)
    : Exception($"'{holder.Resource}' is busy: {holder}. Nothing was done to it; run the workflow again when that has ended.");

/// <summary>A draft came to an activity that acts on a real service.</summary>
public sealed class DraftMayNotActException(string name)
    : Exception($"'{name}' is a draft, and only published workflows start or stop services. Publish it, then run it again.");
