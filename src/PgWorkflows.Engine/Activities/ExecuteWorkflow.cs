using System.Text.Json;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Activities;

/// <summary>Starts child runs; the host implements it.</summary>
public interface IChildRuns
{
    /// <summary>Starts the published version of a definition and runs it until it rests.</summary>
    /// <exception cref="WorkflowNotFoundException">There is no such published definition.</exception>
    Task<ChildRun> RunAsync(ChildRequest request, CancellationToken cancellationToken);
}

/// <summary>Which child to start.</summary>
/// <param name="DefinitionId">The definition's id.</param>
/// <param name="Input">The child's inputs.</param>
/// <param name="CorrelationId">The child's correlation id.</param>
/// <param name="ParentInstanceId">The run that starts it.</param>
/// <param name="ActivityInstanceId">The execution that starts it: the same one never starts two children.</param>
public sealed record ChildRequest(
    string DefinitionId, IReadOnlyDictionary<string, object?> Input, string? CorrelationId, string ParentInstanceId, string ActivityInstanceId);

/// <summary>Where a child run stands.</summary>
public sealed record ChildRun(string InstanceId, string? CorrelationId, WorkflowStatus Status, WorkflowSubStatus SubStatus, IReadOnlyDictionary<string, object?> Output);

/// <summary>No published workflow has that definition id.</summary>
public sealed class WorkflowNotFoundException(string definitionId)
    : Exception($"There is no published workflow '{definitionId}'. Publish it, or correct the WorkflowDefinitionId.");

/// <summary>Runs another workflow as a run of its own, and by default waits for its end (elsa-contract 2.12).</summary>
[Activity("Elsa.ExecuteWorkflow", Category = "Composition", Description = "Runs another workflow.")]
[Output("Result", typeof(object), "The child's id, status and outputs.")]
public sealed class ExecuteWorkflow(IChildRuns children) : Activity<ExecuteWorkflow.Inputs>
{
    /// <summary>The stimulus name of the wait for a child.</summary>
    public const string Bookmark = "Elsa.ExecuteWorkflow";

    /// <summary>What to run.</summary>
    public sealed record Inputs(
        [Input("The definition id of the workflow.", UIHint = "workflow-definition-picker")] string WorkflowDefinitionId,
        [Input("The child's correlation id.")] string? CorrelationId = null,
        [Input("The child's inputs by name.")] JsonElement? Input = null,
        [Input("Wait until the child has ended.")] bool WaitForCompletion = true);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, ActivityCall call, CancellationToken cancellationToken)
    {
        var child = await children.RunAsync(
            new(inputs.WorkflowDefinitionId, Members(inputs.Input), inputs.CorrelationId, call.InstanceId, call.ActivityInstanceId), cancellationToken);

        if (inputs.WaitForCompletion && child.Status != WorkflowStatus.Finished)
            return new ActivityResult.Suspended(new BookmarkRequest(Bookmark, new { ChildInstanceId = child.InstanceId }));
        return new ActivityResult.Completed
        {
            Sentence = $"{inputs.WorkflowDefinitionId} {child.SubStatus} ({child.InstanceId})",
            Outputs = new Dictionary<string, object?> { ["Result"] = ResultOf(child) },
        };
    }

    /// <summary>The members of an object as inputs by name; none for anything else.</summary>
    internal static Dictionary<string, object?> Members(JsonElement? json) => json is { ValueKind: JsonValueKind.Object } given
        ? given.EnumerateObject().ToDictionary(member => member.Name, member => ValueConverter.Normalize(member.Value))
        : [];

    /// <summary>What the parent learns of its child (the activity's Result).</summary>
    public static object ResultOf(ChildRun child) => new
    {
        WorkflowInstanceId = child.InstanceId,
        child.CorrelationId,
        Status = child.Status.ToString(),
        SubStatus = child.SubStatus.ToString(),
        child.Output,
    };
}
