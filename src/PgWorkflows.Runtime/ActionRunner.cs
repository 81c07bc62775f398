using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Runtime;

/// <summary>Runs actions on resources, from the request to the end: lease, steps, waits, history (architecture.md, "The way of a run").</summary>
public sealed class ActionRunner(
    IResources resources, RunStore runs, Programs programs, ActivityLibrary library, TimeProvider time)
{
    /// <summary>How often a check looks whether a state-changing action wants it to end.</summary>
    private static readonly TimeSpan YieldInterval = TimeSpan.FromMilliseconds(200);

    private readonly RunCarrier _carrier = new(runs, resources, time);

    /// <summary>Runs an action and comes back when it has ended.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="observer">Learns of steps once they are stored.</param>
    /// <param name="cancellationToken">Interrupts the run: it is closed as interrupted, and nothing is undone.</param>
    public async Task<ActionOutcome> RunAsync(ActionRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        if (resources.Find(request.Resource) is not { } resource)
            return new ActionOutcome.UnknownResource(request.Resource);

        await runs.CloseGoneAsync(request.Action.ChangesState ? resource.Name : null, cancellationToken);
        var name = request.Action.Name;
        var definitionId = request.DefinitionId ?? request.Action.DefinitionId(resource.Profile);
        var version = await programs.FindAsync(definitionId, library, cancellationToken)
            ?? throw new WorkflowNotFoundException(definitionId);

        var instance = WorkflowInstance.Start(version.Program, new StartRequest
        {
            InstanceId = request.RunId ?? RunIds.New(),
            Input = new Dictionary<string, object?> { ["Resource"] = resource.Name },
            ParentInstanceId = request.ParentRunId,
            Name = $"{name} {resource.Name}",
        }, time.GetUtcNow());

        var begin = await runs.BeginAsync(new NewRun(
            new Run { Instance = instance, Revision = 0, Resource = resource.Name }, name, request.Action.ChangesState, !request.Action.ChangesState,
            request.Origin, version.Stored.VersionId, version.Stored.Hash, version.Uses), cancellationToken);
        switch (begin)
        {
            case BeginResult.Begun(var run):
                observer.Begun(run);
                return request.Action.ChangesState
                    ? await CarryOnAsync(run, request, observer, cancellationToken)
                    : await CheckAsync(run, request, observer, cancellationToken);
            case BeginResult.Busy(var holder, null):
                return new ActionOutcome.Busy(holder);
            case BeginResult.Busy(_, { } skipped):
                return new ActionOutcome.Ended(skipped);
            default:
                throw new System.Diagnostics.UnreachableException($"Unexpected {begin.GetType().Name}");
        }
    }

    /// <summary>A check gives way: it watches for an action that wants the resource, and ends as skipped.</summary>
    private async Task<ActionOutcome> CheckAsync(Run run, ActionRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        using var yielding = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, request.Drain);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(run.Instance.Id, yielding, ended.Token);
        try
        {
            return await CarryOnAsync(run, request with { Drain = CancellationToken.None }, observer, yielding.Token);
        }
        finally
        {
            await ended.CancelAsync();
            await watch;
        }
    }

    private async Task WatchAsync(string runId, CancellationTokenSource yielding, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(YieldInterval, TimeProvider.System, ended); // Other processes live in real time.
                if (await runs.CancelReasonAsync(runId, ended) is null)
                    continue;
                await yielding.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The check has ended; nobody needs to watch it any more.
        }
    }

    private async Task<ActionOutcome> CarryOnAsync(Run run, ActionRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        var end = await _carrier.CarryOnAsync(run, RunTerms.OfAction(request.Action, request.Mailbox), observer, new(cancellationToken, request.Drain));
        return end == CarryEnd.PutBack ? new ActionOutcome.PutBack(run.Instance.Id) : new ActionOutcome.Ended(run.Instance.Id);
    }

    /// <summary>Goes on with an action that another process had begun.</summary>
    public Task<CarryEnd> ContinueAsync(Run run, ResourceAction action, RunMailbox mailbox, IRunObserver observer, RunStops stops) =>
        _carrier.CarryOnAsync(run, RunTerms.OfAction(action, mailbox), observer, stops);
}

/// <summary>What to run.</summary>
/// <param name="Resource">The protected resource's name.</param>
/// <param name="Action">Which of the five actions.</param>
/// <param name="Origin">Who or what asks for it.</param>
public sealed record ActionRequest(string Resource, ResourceAction Action, RunOrigin Origin)
{
    /// <summary>The id that the run is to have; by default a new one.</summary>
    public string? RunId { get; init; }

    /// <summary>The workflow to run, where somebody has chosen one; by default the one of the resource's profile.</summary>
    public string? DefinitionId { get; init; }

    /// <summary>The run that starts this one.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>What resumes the run besides the time; null where nothing else can.</summary>
    public RunMailbox? Mailbox { get; init; }

    /// <summary>The process ends and comes back: an effect under way is finished, the rest is put back. Checks are closed instead.</summary>
    public CancellationToken Drain { get; init; }
}

/// <summary>How a request for an action ended.</summary>
public abstract record ActionOutcome
{
    private ActionOutcome()
    {
    }

    /// <summary>The run is in the history with its result.</summary>
    public sealed record Ended(string RunId) : ActionOutcome;

    /// <summary>The process is about to end; the run is in the history and goes on when it is back.</summary>
    public sealed record PutBack(string RunId) : ActionOutcome;

    /// <summary>Another state-changing action has the resource; nothing was run.</summary>
    public sealed record Busy(LeaseHolder Holder) : ActionOutcome;

    /// <summary>No such resource is configured.</summary>
    public sealed record UnknownResource(string Name) : ActionOutcome;
}

/// <summary>Learns of a run's progress; nothing outside learns of a step before it is stored.</summary>
public interface IRunObserver
{
    /// <summary>The run is stored and goes on.</summary>
    void Begun(Run run);

    /// <summary>An activity is about to run.</summary>
    void Running(Run run, PendingActivity activity);

    /// <summary>Steps and events up to here are stored.</summary>
    void Stored(Run run);
}

/// <summary>Somebody else carries the run on, or has ended it.</summary>
public sealed class RunTakenException(string runId) : Exception($"The run {runId} was ended or taken over by somebody else.");

/// <summary>A run waits for something that nothing here will bring.</summary>
public sealed class StuckRunException(string? stimulus)
    : Exception($"The workflow waits for '{stimulus ?? "a faulted activity"}', which the command line does not bring. Use a Delay, or mend the definition.");
