using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime;

// The five actions in the background.
public sealed partial class WorkflowRunner
{
    /// <summary>Starts an action; answers when it is stored, or when it turns out that it cannot begin.</summary>
    public Task<StartOutcome> StartAsync(ActionRequest request, CancellationToken cancellationToken) =>
        BeginActionAsync(request with { RunId = request.RunId ?? RunIds.New() }, cancellationToken);

    private async Task<StartOutcome> StartActionAsync(ResourceAction action, StartWorkflow start, CancellationToken cancellationToken) =>
        start.Input.GetValueOrDefault("Resource") is string name
            ? await BeginActionAsync(new(name, action, start.Origin) { RunId = start.RunId ?? RunIds.New(), ParentRunId = start.ParentRunId, DefinitionId = Chosen(action, start) }, cancellationToken)
            : new StartOutcome.NeedsResource(null);

    /// <summary>A workflow that dispatches an action by its name means the action, and the resource's profile chooses; whoever starts a definition by hand means that one.</summary>
    private static string? Chosen(ResourceAction action, StartWorkflow start) =>
        start.ParentRunId is not null && start.Version.DefinitionId == action.Name ? null : start.Version.DefinitionId;

    private async Task<StartOutcome> BeginActionAsync(ActionRequest request, CancellationToken cancellationToken)
    {
        if (_resources.Find(request.Resource) is not { } resource)
            return new StartOutcome.NeedsResource(request.Resource);
        _drain.Token.ThrowIfCancellationRequested();
        var live = Track(request.RunId!);
        var asked = request with { Resource = resource.Name, Mailbox = live.Mailbox, Drain = _drain.Token };
        var running = Task.Run(() => Actions.RunAsync(asked, ObserverOf(live), live.Token), CancellationToken.None);
        Follow(live, running);
        await live.Begun.Task.WaitAsync(cancellationToken);
        if (running.IsFaulted)
            await running;
        return running is { IsCompletedSuccessfully: true, Result: ActionOutcome.Busy(var holder) }
            ? new StartOutcome.Busy(holder)
            : new StartOutcome.Started(live.Id, live.Mailbox.Rested, live.Gone);
    }

    /// <summary>A run that nobody carries is closed here, and its parent hears of it.</summary>
    private async Task CloseParkedAsync(string runId, string reason, CancellationToken cancellationToken)
    {
        if (await _runs.LoadAsync(runId, cancellationToken) is not { } stored || await _runs.IsOfLivingOtherAsync(runId, cancellationToken))
            return; // Its own process sees the request.
        var (result, word) = stored.Action is null ? (RunResults.Cancelled, "Cancelled") : (RunResults.Interrupted, "Interrupted");
        await _runs.CloseAsync(runId, result, $"{word}: {reason}.");
        await TellParentAsync(runId, null);
    }
}
