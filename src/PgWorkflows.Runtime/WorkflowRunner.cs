using System.Collections.Concurrent;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Runtime;

/// <summary>
/// Starts workflows and carries them on in the background of this process: the five actions by way of <see cref="ActionRunner"/>, every other
/// definition by itself, children as runs of their own.
/// </summary>
public sealed partial class WorkflowRunner : IChildRuns, IPublishedWorkflows
{
    private readonly ConcurrentDictionary<string, LiveRun> _live = new(StringComparer.Ordinal);
    private readonly IResources _resources;
    private readonly RunStore _runs;
    private readonly Instances _instances;
    private readonly Programs _programs;
    private readonly TimeProvider _time;
    private readonly ActionRunner _actions;
    private readonly RunCarrier _carrier;

    /// <summary>A runner with a library of these activities and those that start other workflows.</summary>
    public WorkflowRunner(
        IResources resources, RunStore runs, Instances instances, Programs programs, IEnumerable<IActivity> activities, ExpressionLanguages languages, TimeProvider time)
    {
        (_resources, _runs, _instances, _programs, _time) = (resources, runs, instances, programs, time);
        Library = new ActivityLibrary([.. activities, new ExecuteWorkflow(this), new DispatchWorkflow(this), new BulkDispatchWorkflows(this)], languages);
        _actions = new ActionRunner(resources, runs, programs, Library, time);
        _carrier = new RunCarrier(runs, resources, time);
    }

    /// <summary>The activity types known here.</summary>
    public ActivityLibrary Library { get; }

    /// <summary>Runs the five actions and comes back when they have ended.</summary>
    public ActionRunner Actions => _actions;

    /// <summary>Learns of all runs that this runner carries.</summary>
    public IRunObserver? Observer { get; set; }

    /// <summary>Starts a version of a definition; it goes on in the background of this process.</summary>
    public async Task<StartOutcome> StartAsync(StartWorkflow start, CancellationToken cancellationToken)
    {
        var version = start.Version;
        if (ResourceAction.OfDefinition(version.DefinitionId) is { } action)
            return await StartActionAsync(action, start, cancellationToken);

        var prepared = await _programs.OfAsync(version, Library, cancellationToken);
        if (!Activation.Allows(prepared.Program.Definition, start.CorrelationId, await _instances.RunningAsync(cancellationToken)))
            return new StartOutcome.Refused();

        var instance = WorkflowInstance.Start(prepared.Program, new StartRequest
        {
            InstanceId = start.RunId ?? RunIds.New(),
            Input = start.Input,
            CorrelationId = start.CorrelationId,
            Name = start.Name,
            ParentInstanceId = start.ParentRunId,
        }, _time.GetUtcNow());
        var live = Track(instance.Id);
        var begin = await BeginAsync(instance, prepared, start, live, cancellationToken);
        var terms = new RunTerms(version.Definition.Name, TakesLeases: true, MayAct: version.IsPublished, live.Mailbox);
        live.Carry(Task.Run(() => _carrier.CarryOnAsync(begin.Run, terms, ObserverOf(live), live.Token), CancellationToken.None), ended => EndAsync(live, ended));
        return new StartOutcome.Started(instance.Id, live.Mailbox.Rested);
    }

    /// <summary>Ends a run and the children it has started. True when the run is known and has not ended.</summary>
    public async Task<bool> CancelAsync(string runId, string reason, CancellationToken cancellationToken)
    {
        var found = await _runs.RequestCancelAsync(runId, reason, cancellationToken);
        foreach (var child in await _instances.RunningChildrenAsync(runId, cancellationToken))
            await CancelAsync(child, $"its parent {runId} was cancelled", cancellationToken);
        if (!_live.TryGetValue(runId, out var live))
            return found;
        await live.StopAsync();
        return found;
    }

    /// <summary>Ends all runs of this process, as when it is told to stop; each is closed and says so.</summary>
    public async Task StopAsync()
    {
        foreach (var live in _live.Values.ToList())
            await live.StopAsync();
    }

    private async Task<StartOutcome> StartActionAsync(ResourceAction action, StartWorkflow start, CancellationToken cancellationToken)
    {
        if (start.Input.GetValueOrDefault("Resource") is not string name || _resources.Find(name) is not { } resource)
            return new StartOutcome.NeedsResource(start.Input.GetValueOrDefault("Resource") as string);

        var live = Track(start.RunId ?? RunIds.New());
        var request = new ActionRequest(resource.Name, action, start.Origin) 
        {
            RunId = live.Id, DefinitionId = start.Version.DefinitionId, ParentRunId = start.ParentRunId, Mailbox = live.Mailbox,
        };
        var running = Task.Run(() => _actions.RunAsync(request, ObserverOf(live), live.Token), CancellationToken.None);
        live.Carry(running, ended => EndAsync(live, ended));
        await live.Begun.Task.WaitAsync(cancellationToken);
        if (running.IsFaulted)
            await running;
        return running is { IsCompletedSuccessfully: true, Result: ActionOutcome.Busy(var holder) }
            ? new StartOutcome.Busy(holder)
            : new StartOutcome.Started(live.Id, live.Mailbox.Rested);
    }

    private async Task<BeginResult.Begun> BeginAsync(
        WorkflowInstance instance, ProgramVersion prepared, StartWorkflow start, LiveRun live, CancellationToken cancellationToken)
    {
        try
        {
            var begin = await _runs.BeginAsync(new NewRun(new Run { Instance = instance, Revision = 0 }, Action: null, TakesLease: false, YieldsToLease: false,
                start.Origin, prepared.Stored.VersionId, prepared.Stored.Hash, prepared.Uses), cancellationToken);
            var begun = (BeginResult.Begun)begin; // Without a resource nobody can be in the way.
            ObserverOf(live).Begun(begun.Run);
            return begun;
        }
        catch
        {
            _live.TryRemove(live.Id, out _);
            live.Dispose();
            throw;
        }
    }

    private LiveRun Track(string id) => _live.GetOrAdd(id, key => new LiveRun(key));

    private RunWatch ObserverOf(LiveRun live) => new(live, Observer, Dispatch);

    private async Task EndAsync(LiveRun live, Task ended)
    {
        live.Begun.TrySetResult();
        live.Mailbox.Rest();
        _live.TryRemove(live.Id, out _);
        if (ended.Exception?.GetBaseException() is { } failure)
            Failed?.Invoke(live.Id, failure);
        if (live.Last is { } last && await _instances.FindAsync(last.Id, CancellationToken.None) is { ParentId: { } parent } && _live.TryGetValue(parent, out var waiting))
            waiting.Mailbox.Tell(await ChildOfAsync(last));
        live.Dispose();
    }

    /// <summary>Called with a run's id when it could not be carried on by an unexpected failure of ours, for the log.</summary>
    public Action<string, Exception>? Failed { get; set; }
}

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
}

/// <summary>Whether a workflow was started.</summary>
public abstract record StartOutcome
{
    private StartOutcome()
    {
    }

    /// <summary>It is stored and goes on; <paramref name="Rested"/> completes when it waits for the first time or has ended.</summary>
    public sealed record Started(string RunId, Task Rested) : StartOutcome;

    /// <summary>Another state-changing action has the resource; nothing was run.</summary>
    public sealed record Busy(LeaseHolder Holder) : StartOutcome;

    /// <summary>An action was asked for without a resource, or with one that is not configured.</summary>
    public sealed record NeedsResource(string? Given) : StartOutcome;

    /// <summary>The definition's activation strategy allows no other run now.</summary>
    public sealed record Refused : StartOutcome;
}
