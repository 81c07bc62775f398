using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Activities;

/// <summary>Knows which workflows can be started; the host implements it.</summary>
public interface IPublishedWorkflows
{
    /// <summary>Whether a definition with that id is published.</summary>
    ValueTask<bool> IsPublishedAsync(string definitionId, CancellationToken cancellationToken);
}

/// <summary>
/// A run is to be started in the background. The host starts it after the step is stored; the id makes a second start of the same one impossible.
/// When the child ends, the host resumes the parent's bookmark whose payload names the child.
/// </summary>
public sealed record WorkflowDispatched(
    string ChildInstanceId, string DefinitionId, IReadOnlyDictionary<string, object?> Input, string? CorrelationId, string ParentInstanceId) : Emission;

/// <summary>Starts another workflow in the background, and waits for its end when asked to (elsa-contract 2.12).</summary>
[Activity("Elsa.DispatchWorkflow", Category = "Composition", Description = "Starts another workflow in the background.")]
[Output("Result", typeof(object), "The child's outputs, when it was waited for.")]
public sealed class DispatchWorkflow(IPublishedWorkflows workflows) : Activity<DispatchWorkflow.Inputs>
{
    /// <summary>The stimulus name of the wait for a child; the resume's input is the child's outputs.</summary>
    public const string Bookmark = "Elsa.DispatchWorkflow";

    /// <summary>What to start.</summary>
    public sealed record Inputs(
        [Input("The definition id of the workflow.", UIHint = "workflow-definition-picker")] string WorkflowDefinitionId,
        [Input("The child's correlation id.")] string? CorrelationId = null,
        [Input("The child's inputs by name.", UIHint = "dictionary")] JsonElement? Input = null,
        [Input("Wait until the child has ended.")] bool WaitForCompletion = false,
        [Input("Begins a trace of its own; kept for Elsa, traces are per run here.")] bool? StartNewTrace = null,
        [Input("Elsa's dispatch channel; kept for Elsa, there is one queue here.", UIHint = "dropdown")] string? ChannelName = null);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, ActivityCall call, CancellationToken cancellationToken)
    {
        if (!await workflows.IsPublishedAsync(inputs.WorkflowDefinitionId, cancellationToken))
            throw new WorkflowNotFoundException(inputs.WorkflowDefinitionId);

        var child = ChildIds.Of(call.ActivityInstanceId, 0);
        Emission[] dispatched = [new WorkflowDispatched(child, inputs.WorkflowDefinitionId, ExecuteWorkflow.Members(inputs.Input), inputs.CorrelationId, call.InstanceId)];
        return inputs.WaitForCompletion
            ? new ActivityResult.Suspended(new BookmarkRequest(Bookmark, new { ChildInstanceId = child })) { Emissions = dispatched }
            : new ActivityResult.Completed
            {
                Sentence = $"{inputs.WorkflowDefinitionId} is started as {child}",
                Emissions = dispatched,
                Outputs = new Dictionary<string, object?> { ["Result"] = null },
            };
    }
}

/// <summary>Ids of children that follow from the execution that starts them: doing it twice starts the same child.</summary>
public static class ChildIds
{
    /// <summary>The id of one child.</summary>
    /// <param name="activityInstanceId">The execution that starts it, or whatever else it follows from.</param>
    /// <param name="index">Which of its children.</param>
    public static string Of(string activityInstanceId, int index) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{activityInstanceId}/{index}"))[..8]);
}
