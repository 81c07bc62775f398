using Elsa.Extensions;
using Elsa.Workflows;
using Elsa.Workflows.Models;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Elsa.Runs;

/// <summary>Carries an activity of ours over to Elsa: evaluated inputs in, the result to outputs, outcomes, journal, events and states.</summary>
public sealed class ActivityRunner(PostgresActivitySet set, HostedRuns runs, IResources resources, Bursts bursts)
{
    /// <summary>What does the work, by activity type.</summary>
    public IReadOnlyDictionary<string, PgWorkflows.Engine.Activities.IActivity> Activities => set.ByType;

    /// <summary>Runs the activity of a context.</summary>
    public async ValueTask RunAsync(ActivityExecutionContext context)
    {
        var workflow = context.WorkflowExecutionContext;
        var activity = set.ByType[context.Activity.Type];
        var call = new ActivityCall(workflow.Id, context.Id, InputsOf(context));
        var burst = bursts.Find(workflow.Id);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, burst?.Token ?? CancellationToken.None);

        try
        {
            stop.Token.ThrowIfCancellationRequested();
            if (activity.Descriptor.HasEffect)
                await PrepareEffectAsync(context, call, burst, stop.Token);
            await ApplyAsync(context, await RunAsync(activity, call, stop.Token));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Leave(context);
        }
        catch (RunTakenException)
        {
            Leave(context);
        }
    }

    private async Task<ActivityResult> RunAsync(PgWorkflows.Engine.Activities.IActivity activity, ActivityCall call, CancellationToken cancellationToken)
    {
        try
        {
            var result = await activity.RunAsync(call, cancellationToken);
            return result is ActivityResult.Faulted(var fault) ? throw fault : result;
        }
        catch (Exception e) when (e is not OperationCanceledException && activity.Descriptor.HasEffect)
        {
            await runs.StoreAsync(call.InstanceId, call.ActivityInstanceId, ["Faulted"], []); // It has ended, so it is not in doubt.
            throw;
        }
    }

    /// <summary>Before an effect: only what is published acts, only on a resource that the run has for itself, and only after the intent is stored.</summary>
    private async Task PrepareEffectAsync(ActivityExecutionContext context, ActivityCall call, Burst? burst, CancellationToken cancellationToken)
    {
        var workflow = context.WorkflowExecutionContext;
        if (!workflow.Workflow.Publication.IsPublished)
            throw new DraftMayNotActException(workflow.Workflow.WorkflowMetadata.Name ?? workflow.Workflow.Identity.DefinitionId);

        var resource = resources.Get(call.Inputs.GetValueOrDefault("Resource") as string ?? "").Name;
        if (await runs.FindAsync(workflow.Id) is null)
        {
            var run = new HostedRun(workflow.Id, resource, workflow.Workflow.WorkflowMetadata.Name ?? workflow.Workflow.Identity.DefinitionId, HostedKind.Other);
            if (await runs.BeginAsync(run, cancellationToken) is HostedBegin.Busy(var holder))
                throw new ResourceBusyException(holder);
            burst?.Watch(runs, workflow.Id);
        }

        if (!await runs.TryIntendAsync(workflow.Id, resource, context.Id, LabelOf(context), cancellationToken))
            throw new RunTakenException();
    }

    private async Task ApplyAsync(ActivityExecutionContext context, ActivityResult result)
    {
        if (result is not ActivityResult.Completed(var outcomes))
            throw new NotSupportedException($"{context.Activity.Type} wants to {result.GetType().Name}, which has no counterpart here.");

        foreach (var output in context.ActivityDescriptor.Outputs)
        {
            if (result.Outputs.TryGetValue(output.Name, out var value))
                OutputValues.Set(context, output, value);
        }

        if (result.Sentence is { } sentence)
            context.JournalData["Sentence"] = sentence;
        if (result.Emissions.Count > 0 || set.ByType[context.Activity.Type].Descriptor.HasEffect)
            await runs.StoreAsync(context.WorkflowExecutionContext.Id, context.Id, outcomes, result.Emissions);
        await context.CompleteActivityWithOutcomesAsync([.. outcomes]);
    }

    /// <summary>The run is to end here: no further step, and this one has no outcome.</summary>
    private static void Leave(ActivityExecutionContext context)
    {
        context.TransitionTo(ActivityStatus.Canceled);
        context.AddExecutionLogEntry("Canceled");
        context.WorkflowExecutionContext.Scheduler.Clear();
        context.WorkflowExecutionContext.Cancel();
    }

    private static Dictionary<string, object?> InputsOf(ActivityExecutionContext context)
    {
        var inputs = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var input in context.ActivityDescriptor.Inputs)
        {
            if (input.ValueGetter(context.Activity) is Input wrapped && context.TryGet(wrapped.MemoryBlockReference(), out var value))
                inputs[input.Name] = value;
        }

        return inputs;
    }

    private static string LabelOf(ActivityExecutionContext context) =>
        context.Activity.Metadata.TryGetValue("displayText", out var label) && label?.ToString() is { Length: > 0 } text ? text : context.Activity.Type;

    /// <summary>The run was ended, or lost its resource, between two steps.</summary>
    private sealed class RunTakenException : Exception;
}

/// <summary>A draft came to an activity that acts on a real service.</summary>
public sealed class DraftMayNotActException(string name)
    : Exception($"'{name}' is a draft, and only published workflows start or stop services. Publish it, then run it again.");
