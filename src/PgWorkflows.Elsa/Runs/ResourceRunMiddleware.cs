using Elsa.Workflows;
using Elsa.Workflows.Pipelines.WorkflowExecution;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Elsa.Runs;

/// <summary>
/// Stands in Elsa's workflow pipeline around each burst: an action gets its resource for itself or is refused, a check gives way, and a run whose
/// process has died is ended instead of being executed again.
/// </summary>
public sealed class ResourceRunMiddleware(WorkflowMiddlewareDelegate next, HostedRuns runs, IResources resources, Bursts bursts, ActivityRunner runner)
    : WorkflowExecutionMiddleware(next)
{
    /// <inheritdoc/>
    public override async ValueTask InvokeAsync(WorkflowExecutionContext context)
    {
        if (bursts.IsCancelling(context.Id))
        {
            await Next(context);
            if (bursts.Find(context.Id) is null)
                await CloseAsync(context);
            return;
        }

        EffectCommits.Mark(context, runner.Activities);
        if (bursts.TryAdd(context.Id) is not { } burst)
            throw new AlreadyExecutingException(context.Id);
        try
        {
            if (!await MayGoOnAsync(context, burst))
                return;
            await Next(context);
            await CloseAsync(context);
        }
        finally
        {
            await burst.EndAsync();
            bursts.Remove(context.Id);
        }
    }

    /// <summary>Asks for the resource, or for it still being ours. False when there is nothing to execute; the instance is ended then.</summary>
    private async Task<bool> MayGoOnAsync(WorkflowExecutionContext context, Burst burst)
    {
        var kind = Actions.KindOf(context.Workflow.Identity.DefinitionId);
        var run = await runs.FindAsync(context.Id);
        if (run is null && kind == HostedKind.Other)
            return true; // Its lease is taken at its first effect.

        var isNew = run is null;
        run ??= new(context.Id, resources.Get(context.Input.TryGetValue("Resource", out var name) ? name as string ?? "" : "").Name, Actions.NameOf(context.Workflow.Identity.DefinitionId), kind);
        if (kind == HostedKind.Action)
            await runs.CloseGoneAsync(context.CancellationToken);
        switch (await runs.BeginAsync(run, context.CancellationToken))
        {
            case HostedBegin.Busy(var holder) when kind == HostedKind.Check:
                End(context, new(RunResults.Skipped, 0, $"Skipped: {holder.Action} is under way (run {holder.InstanceId})."));
                return false;
            case HostedBegin.Busy(var holder):
                throw new ResourceBusyException(holder);
            case HostedBegin.Ended(var end):
                End(context, end);
                return false;
            default:
                burst.Watch(runs, context.Id);
                if (isNew && kind == HostedKind.Action)
                    await context.CommitAsync(); // Whoever finds the resource busy can look at the run, and cancel it.
                return true;
        }
    }

    private async Task CloseAsync(WorkflowExecutionContext context)
    {
        if (context.Status != WorkflowStatus.Finished || await runs.FindAsync(context.Id) is not { } run)
            return;
        if (context.SubStatus != WorkflowSubStatus.Cancelled)
        {
            await runs.EndAsync(context.Id, RunResults.Incomplete, null, null);
            return;
        }

        var reason = await runs.CancelReasonAsync(context.Id, CancellationToken.None) ?? "the server was told to stop";
        var (result, value) = run.Kind switch
        {
            HostedKind.Check => (RunResults.Skipped, 0),
            HostedKind.Action => (RunResults.Interrupted, (int?)null),
            _ => (RunResults.Cancelled, null),
        };
        if (await runs.EndAsync(context.Id, result, value, $"{result}: {reason}.") is { } end)
            Tell(context, end);
    }

    /// <summary>Ends an instance without executing anything of it.</summary>
    private static void End(WorkflowExecutionContext context, HostedEnd end)
    {
        context.Scheduler.Clear();
        context.IsExecuting = false; // Elsa would look at it again and again.
        foreach (var open in context.ActivityExecutionContexts.Where(activity => !activity.IsCompleted))
        {
            open.IsExecuting = false;
            open.TransitionTo(ActivityStatus.Canceled);
        }

        context.Cancel();
        Tell(context, end);
    }

    private static void Tell(WorkflowExecutionContext context, HostedEnd end)
    {
        context.AddExecutionLogEntry(end.Result, end.Note);
        context.Output["Result"] = end.Result;
        if (end.ReturnValue is { } value)
            context.Output["ReturnValue"] = value;
    }
}

/// <summary>Somebody else has the resource.</summary>
public sealed class ResourceBusyException(LeaseHolder holder)
    : Exception($"'{holder.Resource}' is busy: {holder}. Nothing was done to it; run the workflow again when that has ended.");

/// <summary>Elsa was asked to execute an instance that it is executing.</summary>
public sealed class AlreadyExecutingException(string id) : Exception($"The run {id} is being executed by this process already; it is not executed twice.");
