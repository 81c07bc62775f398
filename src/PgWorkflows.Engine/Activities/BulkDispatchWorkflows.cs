using System.Text.Json;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Activities;

/// <summary>Starts another workflow once for each item, and waits for all of them when asked to (elsa-contract 2.12).</summary>
[Activity("Elsa.BulkDispatchWorkflows", Category = "Composition", Description = "Starts another workflow for each item.", Kind = ActivityKind.Task,
    Outcomes = ["Completed", "Canceled", "Done"])]
public sealed class BulkDispatchWorkflows(IPublishedWorkflows workflows) : Activity<BulkDispatchWorkflows.Inputs>, IEmbedding
{
    /// <summary>The stimulus name of the wait; its payload lists the children that are out, and each resume's input is a child's result.</summary>
    public const string Bookmark = "Elsa.BulkDispatchWorkflows";

    /// <summary>The most items: each is a run of its own.</summary>
    public const int MaxItems = 1_000;

    private ActivityDescriptor? _descriptor;

    /// <summary>What to start.</summary>
    public sealed record Inputs(
        [Input("The definition id of the workflow.", UIHint = "workflow-definition-picker")] string WorkflowDefinitionId,
        [Input("The items.")] object? Items = null,
        [Input("The input that takes the item; the members of an object are inputs of their own.")] string DefaultItemInputKey = "Item",
        [Input("Inputs for all children by name.", UIHint = "dictionary")] JsonElement? Input = null,
        [Input("Wait until all children have ended.")] bool WaitForCompletion = true,
        [Input("Begins a trace of its own; kept for Elsa, traces are per run here.")] bool? StartNewTrace = null,
        [Input("Elsa's dispatch channel; kept for Elsa, there is one queue here.", UIHint = "dropdown")] string? ChannelName = null);

    /// <inheritdoc/>
    public override ActivityDescriptor Descriptor => _descriptor ??= base.Descriptor with { EmbeddedPorts = ["ChildCompleted", "ChildFaulted"] };

    Behavior IEmbedding.Behavior => new Dispatching(this);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, ActivityCall call, CancellationToken cancellationToken)
    {
        if (!await workflows.IsPublishedAsync(inputs.WorkflowDefinitionId, cancellationToken))
            throw new WorkflowNotFoundException(inputs.WorkflowDefinitionId);

        var items = inputs.Items is null ? [] : ForEach.ListOf(inputs.Items) is { } list ? list.EnumerateArray().ToArray()
            : throw new InputException(nameof(inputs.Items), "is not a list");
        if (items.Length > MaxItems)
            throw new InputException(nameof(inputs.Items), $"has {items.Length:N0} items; the limit is {MaxItems:N0}");

        var dispatched = items.Select((item, index) => new WorkflowDispatched(
            ChildIds.Of(call.ActivityInstanceId, index), inputs.WorkflowDefinitionId, InputOf(inputs, item), null, call.InstanceId)).ToArray();
        return inputs.WaitForCompletion && items.Length > 0
            ? new ActivityResult.Suspended(new BookmarkRequest(Bookmark, new { ChildInstanceIds = dispatched.Select(child => child.ChildInstanceId) })) { Emissions = dispatched }
            : new ActivityResult.Completed("Done") { Sentence = $"{items.Length} × {inputs.WorkflowDefinitionId}", Emissions = dispatched };
    }

    private static Dictionary<string, object?> InputOf(Inputs inputs, JsonElement item)
    {
        var input = ExecuteWorkflow.Members(inputs.Input);
        if (item.ValueKind != JsonValueKind.Object)
            input[inputs.DefaultItemInputKey] = ValueConverter.Normalize(item);
        foreach (var (name, value) in ExecuteWorkflow.Members(item))
            input[name] = value;
        return input;
    }

    /// <summary>Runs what is embedded for each child that has ended; completes after the last.</summary>
    private sealed class Dispatching(IActivity activity) : LeafBehavior(activity)
    {
        public override void Resumed(Burst burst, ActivityContext self, object? input)
        {
            var child = input is JsonElement result ? result : ValueConverter.ToElement(input);
            var ended = Definitions.JsonMembers.Member(child, "workflowInstanceId")?.ToString();
            var left = Definitions.JsonMembers.Member((JsonElement)burst.Resuming!.Payload!, "childInstanceIds")!.Value
                .EnumerateArray().Select(id => id.ToString()).Where(id => id != ended).ToList();
            if (left.Count > 0)
                burst.Wait(self, new BookmarkRequest(Bookmark, new { ChildInstanceIds = left }));

            var completed = Definitions.JsonMembers.Member(child, "subStatus")?.ToString() == nameof(WorkflowSubStatus.Finished);
            if (self.Node.Child(completed ? "childCompleted" : "childFaulted") is { } branch)
                burst.Schedule(self, branch);
            else
                CompleteAfterLast(burst, self);
        }

        public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) => CompleteAfterLast(burst, self);

        private static void CompleteAfterLast(Burst burst, ActivityContext self)
        {
            if (!burst.IsWaiting(self.Number) && !burst.HasQueuedWork(self.Number) && !burst.Children(self.Number).Any())
                burst.Complete(self, ["Completed", "Done"]);
        }
    }
}
