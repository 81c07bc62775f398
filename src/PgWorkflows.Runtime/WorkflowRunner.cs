using System.Collections.Concurrent;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Persistence.Waking;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime.Resuming;

namespace PgWorkflows.Runtime;

/// <summary>
/// Starts workflows and carries them on in the background of this process: the five actions by way of <see cref="ActionRunner"/>, every other
/// definition by itself, children as runs of their own. A run that waits is put aside until something wakes it.
/// </summary>
public sealed partial class WorkflowRunner : IChildRuns, IPublishedWorkflows, IDisposable
{
    private readonly ConcurrentDictionary<string, LiveRun> _live = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _drain = new();
    private readonly IResources _resources;
    private readonly RunStore _runs;
    private readonly Instances _instances;
    private readonly Programs _programs;
    private readonly WakingStore _waking;
    private readonly TimeProvider _time;
    private readonly RunCarrier _carrier;

    /// <summary>A runner with a library of these activities and those that start other workflows.</summary>
    public WorkflowRunner(
        IResources resources, RunStore runs, Instances instances, Programs programs, WakingStore waking,
        Func<WorkflowRunner, IEnumerable<IActivity>> activities, ExpressionLanguages languages, TimeProvider time)
    {
        (_resources, _runs, _instances, _programs, _waking, _time) = (resources, runs, instances, programs, waking, time);
        Library = new ActivityLibrary([.. activities(this), new ExecuteWorkflow(this), new DispatchWorkflow(this), new BulkDispatchWorkflows(this)], languages);
        Actions = new ActionRunner(resources, runs, programs, Library, time);
        Returning = new Returning(runs, programs, Library, time);
        _carrier = new RunCarrier(runs, resources, time);
    }

    /// <summary>The activity types known here.</summary>
    public ActivityLibrary Library { get; }

    /// <summary>Runs the five actions and comes back when they have ended.</summary>
    public ActionRunner Actions { get; }

    /// <summary>Decides over runs whose process is gone.</summary>
    public Returning Returning { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>Completes when this process does not carry the run any more: it has ended, or waits.</summary>
    public Task EndOf(string runId) => _live.TryGetValue(runId, out var live) ? live.Gone : Task.CompletedTask;

    /// <summary>Learns of all runs that this runner carries.</summary>
    public IRunObserver? Observer { get; set; }

    /// <summary>Called with a run's id when it could not be carried on by an unexpected failure of ours, for the log.</summary>
    public Action<string, Exception>? Failed { get; set; }

    /// <summary>Called when a stored step has published an event, or a check has ended.</summary>
    public Action? Published { get; set; }

    /// <summary>Called when a run was put aside that waits for a time.</summary>
    public Action<DateTimeOffset>? WaitsFor { get; set; }

    /// <summary>Starts a version of a definition; it goes on in the background of this process.</summary>
    public async Task<StartOutcome> StartAsync(StartWorkflow start, CancellationToken cancellationToken)
    {
        var version = start.Version;
        if (ResourceAction.OfDefinition(version.DefinitionId) is { } action)
            return await StartActionAsync(action, start, cancellationToken);

        var prepared = await _programs.OfAsync(version, Library, cancellationToken);
        if (!Activation.Allows(prepared.Program.Definition, start.CorrelationId, await RunningAsync(prepared.Program.Definition, cancellationToken)))
            return new StartOutcome.Refused();

        var instance = WorkflowInstance.Start(prepared.Program, new StartRequest
        {
            InstanceId = start.RunId ?? RunIds.New(),
            Input = start.Input,
            CorrelationId = start.CorrelationId,
            Name = start.Name,
            ParentInstanceId = start.ParentRunId,
            TriggerActivityId = start.TriggerActivityId,
            TriggerInput = start.TriggerInput,
        }, _time.GetUtcNow());
        if (start.MayLeaveNoTrace && await LookForWorkAsync(instance, cancellationToken) is var looked)
        {
            if (looked is null)
                return new StartOutcome.NothingToDo();
            instance = looked;
        }

        var live = Track(instance.Id);
        var begin = await BeginAsync(instance, prepared, start, live, cancellationToken);
        Carry(live, begin.Run, new RunTerms(version.Definition.Name, TakesLeases: true, MayAct: version.IsPublished, live.Mailbox, Parks: true));
        return new StartOutcome.Started(instance.Id, live.Mailbox.Rested, live.Gone);
    }

    /// <summary>Ends a run and the children it has started. True when the run is known and has not ended.</summary>
    public async Task<bool> CancelAsync(string runId, string reason, CancellationToken cancellationToken)
    {
        var found = await _runs.RequestCancelAsync(runId, reason, cancellationToken);
        foreach (var child in await _instances.RunningChildrenAsync(runId, cancellationToken))
            await CancelAsync(child, $"its parent {runId} was cancelled", cancellationToken);
        if (_live.TryGetValue(runId, out var live))
            await live.StopAsync();
        else if (found)
            await CloseParkedAsync(runId, reason, cancellationToken);
        return found;
    }

    /// <summary>The process is about to end: effects under way are finished, everything else is put back and goes on when a server is there again.</summary>
    public async Task DrainAsync()
    {
        await _drain.CancelAsync();
        await Task.WhenAll(_live.Values.Select(live => live.Gone));
    }

    /// <inheritdoc/>
    public void Dispose() => _drain.Dispose();

    /// <summary>Wakes a run that waits; false when it does not wait any more.</summary>
    public async Task<bool> WakeAsync(string runId, Letter letter, CancellationToken cancellationToken)
    {
        while (!_drain.IsCancellationRequested)
        {
            if (_live.TryGetValue(runId, out var live))
            {
                if (live.Mailbox.Tell(letter))
                    return true;
                await live.Gone.WaitAsync(cancellationToken);
                continue;
            }

            var fresh = new LiveRun(runId);
            if (!_live.TryAdd(runId, fresh))
                continue;
            fresh.Mailbox.Tell(letter);
            try
            {
                if (await _runs.LoadAsync(runId, cancellationToken) is { } stored && await Returning.ReadAsync(stored, cancellationToken) is { } run)
                {
                    GoOn(fresh, stored, run);
                    return true;
                }

                Drop(fresh);
                return false;
            }
            catch
            {
                Drop(fresh);
                throw;
            }
        }

        return false;
    }

    /// <summary>Goes on with a run that a server before us has carried; a run that waits is left to what wakes it.</summary>
    public void GoOn(Return.GoesOn returned)
    {
        if (returned.Run.Instance is { Rests: true, Status: WorkflowStatus.Running } && returned.Stored.Action is null)
            return;
        GoOn(Track(returned.Stored.Id), returned.Stored, returned.Run);
    }

    private void GoOn(LiveRun live, StoredRun stored, Run run)
    {
        live.Last = run.Instance;
        live.Begun.TrySetResult();
        if (ResourceAction.All.FirstOrDefault(action => action.Name == stored.Action) is { } action)
            Follow(live, Task.Run(() => Actions.ContinueAsync(run, action, live.Mailbox, ObserverOf(live), new(live.Token, _drain.Token)), CancellationToken.None));
        else
            Carry(live, run, new RunTerms(stored.Name, TakesLeases: true, MayAct: stored.IsPublished, live.Mailbox, Parks: true));
    }

    private void Carry(LiveRun live, Run run, RunTerms terms) =>
        Follow(live, Task.Run(() => _carrier.CarryOnAsync(run, terms, ObserverOf(live), new(live.Token, _drain.Token)), CancellationToken.None));

    private void Follow(LiveRun live, Task carrying) =>
        _ = carrying.ContinueWith(ended => EndAsync(live, ended), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();

    /// <summary>Runs the first step of a workflow that a timer starts, if that only looks for work; null when there is none.</summary>
    private async Task<WorkflowInstance?> LookForWorkAsync(WorkflowInstance instance, CancellationToken cancellationToken)
    {
        if (instance.Current is not { LooksForWork: true } first)
            return instance;
        var result = await first.RunAsync(cancellationToken);
        var looked = instance.Apply(result, _time.GetUtcNow());
        return looked.Status == WorkflowStatus.Finished && looked.Incidents.Count == 0 && result.Emissions is [NothingToDo] ? null : looked;
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
            Drop(live);
            throw;
        }
    }

    private void Drop(LiveRun live)
    {
        _live.TryRemove(live.Id, out _);
        live.Leave();
    }

    private LiveRun Track(string id) => _live.GetOrAdd(id, key => new LiveRun(key));

    private RunWatch ObserverOf(LiveRun live) => new(live, Observer, Dispatch, () => Published?.Invoke());

    private async Task EndAsync(LiveRun live, Task ended)
    {
        var last = live.Last;
        Drop(live);
        if (ended.Exception?.GetBaseException() is { } failure)
            Failed?.Invoke(live.Id, failure);
        if (last is null || _drain.IsCancellationRequested)
            return;
        if (last.Bookmarks.Min(bookmark => bookmark.DueAt) is { } due && last.Status == WorkflowStatus.Running)
            WaitsFor?.Invoke(due);
        await TellParentAsync(last.Id, last);
    }

    /// <summary>The wait of an activation strategy costs a query only where there is one.</summary>
    private async Task<IReadOnlyList<(string DefinitionId, string? CorrelationId)>> RunningAsync(Engine.Definitions.WorkflowDefinition definition, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(definition.Options.ActivationStrategyType) ? [] : await _instances.RunningAsync(cancellationToken);
}
