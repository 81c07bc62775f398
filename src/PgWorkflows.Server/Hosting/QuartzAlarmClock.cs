using PgWorkflows.Runtime.Waking;
using Quartz;

namespace PgWorkflows.Server.Hosting;

/// <summary>Quartz.NET as the alarm clock, in memory: the instants are kept in our database.</summary>
internal sealed class QuartzAlarmClock(TimeProvider time) : IAlarmClock
{
    private static readonly TriggerKey Next = new("next", "pgworkflows");
    private static readonly JobKey Ringing = new("ring", "pgworkflows");

    private IScheduler? _scheduler;

    /// <inheritdoc/>
    public async Task StartAsync(Action ring, CancellationToken cancellationToken)
    {
        var scheduler = await QuartzSchedulerBuilder.Create(quartz =>
        {
            quartz.UseTimeProvider(time);
            quartz.UseDefaultThreadPool(1);
            quartz.UseInMemoryStore(_ => { });
        }).BuildScheduler(cancellationToken);
        scheduler.Context["ring"] = ring;
        var job = JobBuilder.Create<RingJob>().WithIdentity(Ringing).StoreDurably().Build();
        await scheduler.ScheduleJob(job, At(time.GetUtcNow()), cancellationToken: cancellationToken);
        await scheduler.Start(cancellationToken);
        _scheduler = scheduler;
    }

    /// <inheritdoc/>
    public async Task SetAsync(DateTimeOffset instant)
    {
        if (_scheduler is not { } scheduler)
            return;
        var trigger = At(instant);
        if (await scheduler.RescheduleJob(Next, trigger) is null)
            await scheduler.ScheduleJob(trigger); // The one before has rung and is gone.
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_scheduler is { } scheduler)
            await scheduler.Shutdown(false, CancellationToken.None);
        _scheduler = null;
    }

    private static ITrigger At(DateTimeOffset instant) => TriggerBuilder.Create().WithIdentity(Next).ForJob(Ringing).StartAt(instant).Build();

    private sealed class RingJob : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            ((Action)context.Scheduler.Context["ring"]!)();
            return ValueTask.CompletedTask;
        }
    }
}
