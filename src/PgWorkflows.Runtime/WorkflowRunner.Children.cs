using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime;

// Children: runs that other runs start, stored as runs of their own.
public sealed partial class WorkflowRunner
{
    /// <inheritdoc/>
    public async ValueTask<bool> IsPublishedAsync(string definitionId, CancellationToken cancellationToken) =>
        (await _programs.PublishedAsync(cancellationToken)).ContainsKey(definitionId);

    /// <inheritdoc/>
    async Task<ChildRun> IChildRuns.RunAsync(ChildRequest request, CancellationToken cancellationToken)
    {
        var started = await StartChildAsync(RunIds.New(), request.DefinitionId, request.Input, request.CorrelationId, request.ParentInstanceId, cancellationToken);
        await started.Rested.WaitAsync(cancellationToken);
        var facts = await _instances.FindAsync(started.RunId, cancellationToken) ?? throw new WorkflowNotFoundException(request.DefinitionId);
        return new(facts.Id, facts.CorrelationId, Enum.Parse<WorkflowStatus>(facts.Status), Enum.Parse<WorkflowSubStatus>(facts.SubStatus), await OutputAsync(facts, cancellationToken));
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
    private void Dispatch(WorkflowDispatched dispatched) => _ = Task.Run(async () =>
    {
        try
        {
            await StartChildAsync(dispatched.ChildInstanceId, dispatched.DefinitionId, dispatched.Input, dispatched.CorrelationId, dispatched.ParentInstanceId, CancellationToken.None);
        }
#pragma warning disable CA1031 // Nobody waits for this task; the parent is told and the log says why.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failed?.Invoke(dispatched.ChildInstanceId, e);
            if (_live.TryGetValue(dispatched.ParentInstanceId, out var parent))
                parent.Mailbox.Tell(new(dispatched.ChildInstanceId, dispatched.CorrelationId, WorkflowStatus.Finished, WorkflowSubStatus.Faulted, new Dictionary<string, object?>(0)));
        }
    });

    private async Task<ChildRun> ChildOfAsync(WorkflowInstance last)
    {
        var facts = await _instances.FindAsync(last.Id, CancellationToken.None);
        return new(last.Id, last.CorrelationId, WorkflowStatus.Finished, facts is null ? last.SubStatus : Enum.Parse<WorkflowSubStatus>(facts.SubStatus), last.Output);
    }

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
