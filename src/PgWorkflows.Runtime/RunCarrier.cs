using System.Data.Common;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Runtime;

/// <summary>Carries a stored run on: activities, intents before effects, commits, waits. The one loop for actions and for other workflows.</summary>
public sealed class RunCarrier(RunStore runs, IResources resources, TimeProvider time)
{
    /// <summary>After so many unsaved entries a run that never waits is stored, so that its memory does not grow.</summary>
    private const int MaxUnsaved = 1000;

    /// <summary>Carries a run on until it has ended, or as far as its terms and the stops let it.</summary>
    /// <param name="run">The run as it was stored.</param>
    /// <param name="terms">What it may do.</param>
    /// <param name="observer">Learns of steps once they are stored.</param>
    /// <param name="stops">What can end the carrying.</param>
    public async Task<CarryEnd> CarryOnAsync(Run run, RunTerms terms, IRunObserver observer, RunStops stops)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stops.Interrupt, stops.Drain);
        var leases = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        try
        {
            while (true)
            {
                while (run.Instance.Current is { } activity)
                {
                    either.Token.ThrowIfCancellationRequested();
                    observer.Running(run, activity);
                    var refusal = activity.HasEffect ? await PrepareEffectAsync() : null;
                    var result = refusal ?? await activity.RunAsync(activity.HasEffect ? stops.Interrupt : either.Token); // A drain lets an effect finish.
                    run = run with { Instance = run.Instance.Apply(result, time.GetUtcNow()) };
                    if (!activity.HasEffect && !activity.WantsCommit && result.Emissions.Count == 0 && !run.Instance.Rests && run.Instance.UnsavedCount < MaxUnsaved)
                        continue; // Pure steps are stored with the next commit.

                    run = await runs.TrySaveAsync(run) ?? throw new RunTakenException(run.Instance.Id);
                    observer.Stored(run);

                    async Task<ActivityResult?> PrepareEffectAsync()
                    {
                        if (terms.TakesLeases && await LeaseAsync(run, activity, terms, leases, either.Token) is { } reason)
                            return new ActivityResult.Faulted(reason);
                        var leased = terms.TakesLeases && ResourceOf(activity) is { } resource ? run with { Resource = resource, Fence = leases[resource] } : run;
                        run = await runs.TrySaveIntentAsync(leased, either.Token) ?? throw new RunTakenException(run.Instance.Id);
                        observer.Stored(run);
                        return null;
                    }
                }

                if (run.Instance.Status == WorkflowStatus.Finished)
                    return CarryEnd.Ended;
                if (await WaitAsync(run, terms, either.Token) is not { } awake)
                    return CarryEnd.Parked;
                run = awake;
                if (!run.Instance.Rests)
                    continue;

                // What was waited for has led to the end, or to the next wait, without an activity between.
                run = await runs.TrySaveAsync(run) ?? throw new RunTakenException(run.Instance.Id);
                observer.Stored(run);
            }
        }
        catch (OperationCanceledException) when (stops.Interrupt.IsCancellationRequested)
        {
            await runs.CloseFromOutsideAsync(run);
            return CarryEnd.Ended;
        }
        catch (OperationCanceledException) when (stops.Drain.IsCancellationRequested)
        {
            return CarryEnd.PutBack; // What it did since it was stored last had no effect, and is done again.
        }
        catch (RunTakenException)
        {
            await runs.CloseFromOutsideAsync(run);
            return CarryEnd.Ended;
        }
        catch (DbException e)
        {
            // The disk may be full. What was done and could not be recorded is told, so that nobody has to guess what state the server is in,
            // and it is recorded as soon as that can be done.
            runs.KeepLost(run);
            throw new HistoryLostException(run.Instance, terms.Name, e);
        }
    }

    /// <summary>Before an effect of a workflow that is not an action: only what is published acts on a resource, and only when it has it for itself.</summary>
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

    /// <summary>
    /// Waits for what comes first: a time, or what the mailbox brings. Null when the run is to wait without us.
    /// A run that waits for nothing that can come is ended by an incident.
    /// </summary>
    private async Task<Run?> WaitAsync(Run run, RunTerms terms, CancellationToken cancellationToken)
    {
        var next = run.Instance.Bookmarks.Where(bookmark => bookmark.DueAt is not null).MinBy(bookmark => bookmark.DueAt);
        if (terms.Mailbox is { } mailbox)
        {
            if (!terms.Parks)
                return await mailbox.WaitAsync(run, next, time, cancellationToken);
            Run? resumed;
            while ((resumed = mailbox.TryTake(run, time)) is null && !mailbox.TryClose())
            {
            }

            return resumed;
        }

        if (next is null)
        {
            return run with { Instance = run.Instance.Fail(new StuckRunException(run.Instance.Bookmarks is [var first, ..] ? first.Name : null), time.GetUtcNow()) };
        }

        var now = time.GetUtcNow();
        if (next.DueAt > now)
            await Task.Delay(next.DueAt.Value - now, time, cancellationToken);
        return run with { Instance = run.Instance.Resume(next.Id, null, time.GetUtcNow()) ?? run.Instance };
    }
}
