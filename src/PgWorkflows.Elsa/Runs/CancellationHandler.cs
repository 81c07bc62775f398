using Elsa.Mediator.Contracts;
using Elsa.Workflows.Runtime.Notifications;
using PgWorkflows.Persistence.Hosted;

namespace PgWorkflows.Elsa.Runs;

/// <summary>A workflow that an operator cancels stops at once, and before any further effect, wherever it is executed.</summary>
public sealed class CancellationHandler(HostedRuns runs, Bursts bursts) : INotificationHandler<WorkflowCancelling>, INotificationHandler<WorkflowCancelled>
{
    /// <inheritdoc/>
    public async Task HandleAsync(WorkflowCancelling notification, CancellationToken cancellationToken)
    {
        bursts.BeginCancelling(notification.WorkflowInstanceId);
        await runs.RequestCancelAsync(notification.WorkflowInstanceId, "it was cancelled in Elsa");
        if (bursts.Find(notification.WorkflowInstanceId) is { } burst)
            await burst.StopAsync();
    }

    /// <inheritdoc/>
    public Task HandleAsync(WorkflowCancelled notification, CancellationToken cancellationToken)
    {
        bursts.EndCancelling(notification.WorkflowInstanceId);
        return Task.CompletedTask;
    }
}
