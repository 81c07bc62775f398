using System.Threading.Channels;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Persistence.Waking;

namespace PgWorkflows.Runtime.Waking;

/// <summary>
/// Wakes what is due: timers that begin workflows, waits of runs for a time, events on their way. One loop; the alarm clock, a published event and
/// a watch over the clock only make it turn.
/// </summary>
public sealed class Waker(WorkflowRunner workflows, TriggerIndex index, WakingStore waking, TimerSchedule timers, Instances instances, IAlarmClock alarm, TimeProvider time)
{
    /// <summary>How often the loop turns by itself: what another process has published or stored is seen then.</summary>
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ClockJump = TimeSpan.FromSeconds(5);
    private const int AtOnce = 500;

    /// <summary>Alarm clocks may ring some milliseconds early: better a little late than before anything is due.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(4);

    private readonly Channel<bool> _turn = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly EventDelivery _events = new(workflows, index, waking, instances, time);
    private DateTimeOffset? _alarmAt;

    /// <summary>Called when a turn of the loop failed, for the log; the next turn comes all the same.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>Asked before each turn: while it is true nothing is begun or woken, and what is due stays due.</summary>
    public Func<bool>? IsPaused { get; init; }

    /// <summary>Turns until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        workflows.Published = Turn;
        workflows.WaitsFor = due =>
        {
            if (_alarmAt is null || due < _alarmAt)
                Turn();
        };
        await alarm.StartAsync(Ring, cancellationToken);
        await using var pulse = time.CreateTimer(_ => Turn(), null, Pulse, Pulse);
        var (wall, steady) = (time.GetUtcNow(), time.GetTimestamp());
        while (!cancellationToken.IsCancellationRequested)
        {
            await GuardedAsync(async () =>
            {
                var passed = time.GetElapsedTime(steady);
                var jump = time.GetUtcNow() - wall - passed;
                (wall, steady) = (time.GetUtcNow(), time.GetTimestamp());
                if (jump < -ClockJump)
                    await waking.MoveAfterClockWentBackAsync(cancellationToken);
                await TurnAsync(cancellationToken);
            });
            await _turn.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>One turn: everything that is due now. The alarm is set to what is due next.</summary>
    public async Task TurnAsync(CancellationToken cancellationToken)
    {
        if (IsPaused?.Invoke() is true)
            return;
        await _events.DeliverAsync(cancellationToken);
        await timers.ArmAsync((await index.AllAsync(cancellationToken)).Where(trigger => trigger.Trigger.Problem is null && trigger.Trigger.Type is "Elsa.Timer" or "Elsa.Cron" or "Elsa.StartAt"), cancellationToken);
        foreach (var due in await timers.TakeDueAsync())
            await GuardedAsync(() => workflows.StartAsync(due.Start(new RunOrigin("timer", due.Trigger.Label)) with { MayLeaveNoTrace = true }, cancellationToken));
        foreach (var wait in await waking.DueAsync(AtOnce, cancellationToken))
            await GuardedAsync(() => workflows.WakeAsync(wait.InstanceId, new Letter.Stimulus(wait.BookmarkId, null), cancellationToken));
        await SetAlarmAsync(cancellationToken);
    }

    /// <summary>One thing that cannot be woken must not keep the others asleep.</summary>
    private async Task GuardedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
#pragma warning disable CA1031 // The loop must not end because a disk was full for a moment.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Failed?.Invoke(e);
        }
    }

    private async Task SetAlarmAsync(CancellationToken cancellationToken)
    {
        var waits = await waking.NextDueAsync(cancellationToken);
        var next = waits is null || timers.NextDue < waits ? timers.NextDue : waits;
        var now = time.GetUtcNow();

        // A wait that is due and still there belongs to a run that is being woken; the pulse looks again.
        if (next is null || next <= now || next == _alarmAt)
            return;
        _alarmAt = next;
        await alarm.SetAsync(next.Value + Late);
    }

    private void Ring()
    {
        _alarmAt = null; // It has rung; should it have been early, it is set again.
        Turn();
    }

    private void Turn() => _turn.Writer.TryWrite(true);
}
