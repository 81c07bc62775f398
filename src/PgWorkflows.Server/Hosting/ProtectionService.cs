using PgWorkflows.Persistence.Waking;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Protection;
using PgWorkflows.Runtime.Waking;

namespace PgWorkflows.Server.Hosting;

/// <summary>What happens by itself: timers, waits and events are woken, and the end of a postmaster is noticed at once.</summary>
internal sealed partial class ProtectionService(Installation installation, IAlarmClock alarm, ILogger<ProtectionService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var timers = new TimerSchedule(new TimerStore(installation.Database), installation.Time);
        var waker = new Waker(installation.Workflows, installation.Triggers, installation.Waking, timers, installation.Instances, alarm, installation.Time)
        {
            IsPaused = () => !installation.Database.Health.IsWritable,
            Failed = Failed,
        };
        var watching = new Watching(installation.Resources, installation.States, installation.Workflows, installation.Time) { Failed = Failed };
        try
        {
            var waking = Task.Run(() => waker.RunAsync(stoppingToken), stoppingToken);
            var watch = Task.Run(() => WatchAsync(watching, stoppingToken), stoppingToken);
            if (await Task.WhenAny(waking, watch) is { IsFaulted: true } failed)
                await failed; // Half a watchdog must not look like a whole one: the host ends, and says why.
            await Task.WhenAll(waking, watch).UntilStoppedAsync(stoppingToken); // What is due then is due for the next server.
        }
        finally
        {
            await alarm.DisposeAsync();
        }
    }

    private void Failed(Exception failure)
    {
        if (!installation.Database.Health.Explains(failure)) // That is in the log once.
            WakingFailed(logger, failure);
    }

    private async Task WatchAsync(Watching watching, CancellationToken stoppingToken)
    {
        if (await watching.RunAsync(stoppingToken) is { } reason)
            NotWatched(logger, reason);
    }

    [LoggerMessage(21, LogLevel.Error, "Something that was due could not be woken; it is tried again.")]
    private static partial void WakingFailed(ILogger logger, Exception failure);

    [LoggerMessage(22, LogLevel.Warning, "The end of a server is not noticed at once here: {Reason}.")]
    private static partial void NotWatched(ILogger logger, string reason);
}
