using Elsa.Scheduling;

namespace PgWorkflows.Elsa.Tests;

/// <summary>An alarm clock that never rings: tests resume what waits.</summary>
internal sealed class NoAlarm : IWorkflowScheduler
{
    public ValueTask ScheduleAtAsync(string taskName, ScheduleNewWorkflowInstanceRequest request, DateTimeOffset at, CancellationToken cancellationToken = default) => default;

    public ValueTask ScheduleAtAsync(string taskName, ScheduleExistingWorkflowInstanceRequest request, DateTimeOffset at, CancellationToken cancellationToken = default) => default;

    public ValueTask ScheduleRecurringAsync(
        string taskName, ScheduleNewWorkflowInstanceRequest request, DateTimeOffset startAt, TimeSpan interval, CancellationToken cancellationToken = default) => default;

    public ValueTask ScheduleRecurringAsync(
        string taskName, ScheduleExistingWorkflowInstanceRequest request, DateTimeOffset startAt, TimeSpan interval, CancellationToken cancellationToken = default) => default;

    public ValueTask ScheduleCronAsync(string taskName, ScheduleNewWorkflowInstanceRequest request, string cronExpression, CancellationToken cancellationToken = default) => default;

    public ValueTask ScheduleCronAsync(string taskName, ScheduleExistingWorkflowInstanceRequest request, string cronExpression, CancellationToken cancellationToken = default) => default;

    public ValueTask UnscheduleAsync(string taskName, CancellationToken cancellationToken = default) => default;
}
