using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Values;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Runtime.Protection;

/// <summary>
/// Runs one of the five actions as a run of its own and waits for its end, so that a request can be answered with it. The same execution never starts
/// two, not even when it is done again after a crash.
/// </summary>
[Activity("PgWorkflows.RunAction", Category = "Protection", Outcomes = ["Finished", "StillRunning", "Busy", "Unknown", "Failed"], Kind = ActivityKind.Task,
    Description = "Runs an action on a resource and waits for its end: Finished, StillRunning after the wait, Busy when another action has the resource, Unknown when there is no such resource or action. Beside Finished, Failed is followed when the action did not succeed.")]
[Output("Run", typeof(string), "The run's id, also when it is still running.")]
[Output("Result", typeof(string), "Succeeded, Failed, Skipped, or why it did not come to an end of its own.")]
[Output("ReturnValue", typeof(int), "The action's return value.")]
[Output("Holder", typeof(string), "Who has the resource, when it is busy.")]
public sealed class RunAction(WorkflowRunner workflows, History history) : Activity<RunAction.Inputs>
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>What it needs.</summary>
    public sealed record Inputs(
        [Input("The resource's name.")] string Resource,
        [Input("The action.", UIHint = "dropdown", Options = ["quickCheck", "deepCheck", "restore", "remove", "recover"])] string Action,
        [Input("How long to wait for its end, 00:00:00 to 01:00:00.")] TimeSpan Wait);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, ActivityCall call, CancellationToken cancellationToken)
    {
        if (inputs.Wait < TimeSpan.Zero || inputs.Wait > LongestWait)
            throw new InputException(nameof(inputs.Wait), $"is {inputs.Wait}; give a time from 00:00:00 to 01:00:00");
        if (ResourceAction.All.FirstOrDefault(action => string.Equals(action.Name, inputs.Action, StringComparison.OrdinalIgnoreCase)) is not { } known)
            return Completed("Unknown", $"there is no action '{Short(inputs.Action)}'");

        var id = ChildIds.Of(call.ActivityInstanceId, 0);
        if (await FindAsync(id, cancellationToken) is null)
        {
            switch (await workflows.StartAsync(new ActionRequest(inputs.Resource, known, await OriginAsync(call, cancellationToken)) { RunId = id, ParentRunId = call.InstanceId }, cancellationToken))
            {
                case StartOutcome.NeedsResource:
                    return Completed("Unknown", $"there is no resource '{Short(inputs.Resource)}'");
                case StartOutcome.Busy(var holder):
                    return Completed("Busy", $"busy: {holder}") with { Outputs = new Dictionary<string, object?> { ["Holder"] = holder.ToString(), ["Run"] = holder.InstanceId } };
            }
        }

        await workflows.EndOf(id).WaitAsync(inputs.Wait, workflows.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        var run = await FindAsync(id, cancellationToken) ?? throw new InvalidOperationException($"The run {id} was begun and is not in the history.");
        var outputs = new Dictionary<string, object?> { ["Run"] = id, ["Result"] = run.Result, ["ReturnValue"] = run.ReturnValue };
        return run.FinishedAt is null
            ? Completed("StillRunning", $"{known.Name} of {run.Resource} goes on (run {id})") with { Outputs = outputs }
            : new ActivityResult.Completed(Failed(run) ? ["Finished", "Failed"] : ["Finished"]) { Sentence = $"{known.Name} of {run.Resource}: {run.Result} (run {id})", Outputs = outputs };
    }

    private static bool Failed(RunFacts run) => run.Result is not (nameof(ActionResult.Succeeded) or RunResults.Skipped or RunResults.Superseded);

    private async Task<RunFacts?> FindAsync(string id, CancellationToken cancellationToken) => await history.FindAsync(id, cancellationToken) is [var run] ? run : null;

    /// <summary>Who asked for the workflow asks for the action.</summary>
    private async Task<RunOrigin> OriginAsync(ActivityCall call, CancellationToken cancellationToken) =>
        await FindAsync(call.InstanceId, cancellationToken) is { Origin: var origin } ? origin with { By = $"{origin.By} (run {call.InstanceId})" } : new("parent", $"run {call.InstanceId}");

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
