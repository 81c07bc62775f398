using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime;

// Children: runs that other runs start, stored as runs of their own.
public sealed partial class WorkflowRunner
{
    private static readonly string[] ChildWaits = [ExecuteWorkflow.Bookmark, DispatchWorkflow.Bookmark, BulkDispatchWorkflows.Bookmark];

    /// <inheritdoc/>
    public async ValueTask<bool> IsPublishedAsync(string definitionId, CancellationToken cancellationToken) =>
        (await _programs.PublishedIdsAsync(cancellationToken)).ContainsKey(definitionId);

    /// <inheritdoc/>
    async Task<ChildRun> IChildRuns.RunAsync(ChildRequest request, CancellationToken cancellationToken)
    {
        // The same execution never starts two children, not even when it is done again after a crash.
        var id = ChildIds.Of(request.ActivityInstanceId, 0);
        if (await _instances.FindAsync(id, cancellationToken) is null)
        {
            var started = await StartChildAsync(id, request.DefinitionId, request.Input, request.CorrelationId, request.ParentInstanceId, cancellationToken);
            await started.Rested.WaitAsync(cancellationToken);
        }

        var facts = await _instances.FindAsync(id, cancellationToken) ?? throw new WorkflowNotFoundException(request.DefinitionId);
        return await ChildOfAsync(facts, cancellationToken);
    }

    /// <summary>Starts what stored steps have asked for and a process before us did not come to, and tells parents what they have missed.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        foreach (var pending in await _waking.PendingStartsAsync(cancellationToken))
            await StartDispatchedAsync(pending);
        foreach (var name in ChildWaits)
        {
            foreach (var wait in await _waking.WaitsAsync(name, null, null, null, cancellationToken))
            {
                if (await _runs.LoadAsync(wait.InstanceId, cancellationToken) is not { } stored || await Returning.ReadAsync(stored, cancellationToken) is not { } run)
                    continue;
                foreach (var child in run.Instance.Bookmarks.SelectMany(Letter.ChildrenOf).Distinct())
                    await TellParentAsync(child, null);
            }
        }
    }

    private async Task<StartOutcome.Started> StartChildAsync(
        string runId, string definitionId, IReadOnlyDictionary<string, object?> input, string? correlationId, string parentId, CancellationToken cancellationToken)
    {
        var version = await _programs.PublishedVersionAsync(definitionId, cancellationToken) ?? throw new WorkflowNotFoundException(definitionId);
        var outcome = await StartAsync(new StartWorkflow(version, new RunOrigin("parent", $"run {parentId}"))
        {
            RunId = runId,
            ParentRunId = parentId,
            Input = new Dictionary<string, object?>(input) { ["ParentInstanceId"] = parentId },
            CorrelationId = correlationId,
        }, cancellationToken);
        return outcome switch
        {
            StartOutcome.Started started => started,
            StartOutcome.Busy(var holder) => throw new ResourceBusyException(holder),
            StartOutcome.NeedsResource(var given) => throw new ChildRefusedException(definitionId, given is null ? "it needs the input Resource" : $"there is no resource '{given}'"),
            _ => throw new ChildRefusedException(definitionId, "its activation strategy allows no other run now"),
        };
    }

    /// <summary>A stored step has asked for a run in the background.</summary>
    private void Dispatch(WorkflowDispatched dispatched) => _ = Task.Run(() => StartDispatchedAsync(dispatched));

    private async Task StartDispatchedAsync(WorkflowDispatched dispatched)
    {
        if (_drain.IsCancellationRequested)
            return; // It is stored as asked for, and begins when a server is there again.
        try
        {
            await StartChildAsync(dispatched.ChildInstanceId, dispatched.DefinitionId, dispatched.Input, dispatched.CorrelationId, dispatched.ParentInstanceId, CancellationToken.None);
        }
#pragma warning disable CA1031 // Nobody waits for this task; the parent is told and the log says why.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (e is OperationCanceledException && _drain.IsCancellationRequested)
                return;
            await _waking.ForgetStartAsync(dispatched.ChildInstanceId);
            Failed?.Invoke(dispatched.ChildInstanceId, e);
            await WakeAsync(dispatched.ParentInstanceId, new Letter.ChildEnded(
                new(dispatched.ChildInstanceId, dispatched.CorrelationId, WorkflowStatus.Finished, WorkflowSubStatus.Faulted, new Dictionary<string, object?>(0))), CancellationToken.None);
        }
    }

    /// <summary>A run has ended: whoever has started it and waits for it goes on.</summary>
    private async Task TellParentAsync(string runId, WorkflowInstance? last)
    {
        if (last is { ParentInstanceId: null } || await _instances.FindAsync(runId, CancellationToken.None) is not { ParentId: { } parent, Status: nameof(WorkflowStatus.Finished) } facts)
            return;
        await WakeAsync(parent, new Letter.ChildEnded(await ChildOfAsync(facts, CancellationToken.None)), CancellationToken.None);
    }

    private async Task<ChildRun> ChildOfAsync(InstanceFacts facts, CancellationToken cancellationToken) => new(
        facts.Id, facts.CorrelationId, Enum.Parse<WorkflowStatus>(facts.Status), Enum.Parse<WorkflowSubStatus>(facts.SubStatus), await OutputAsync(facts, cancellationToken));

    private async Task<IReadOnlyDictionary<string, object?>> OutputAsync(InstanceFacts facts, CancellationToken cancellationToken)
    {
        var state = await _instances.StateAsync(facts.Id, cancellationToken);
        return state.Length > 0 && await _programs.OfRunAsync(facts.VersionId, facts.Uses, Library, cancellationToken) is { } program
            ? InstanceState.Read(state, program).Output
            : new Dictionary<string, object?>(0);
    }
}

/// <summary>A child run could not be started.</summary>
public sealed class ChildRefusedException(string definitionId, string reason) : Exception($"'{definitionId}' was not started: {reason}.");
