using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Hosting.Service;

/// <summary>
/// The server as a unit of systemd: ready once it answers, pinging the watchdog only while it does its work, and saying that it stops. A ping that is left
/// out lets systemd restart us.
/// </summary>
internal sealed partial class SystemdService(
    NotifySocket socket, Liveness liveness, Installation installation, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SystemdService> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = lifetime.ApplicationStopping.Register(() => _ = socket.SendAsync("STOPPING=1", "STATUS=Stopping"));
        try
        {
            await StartedAsync(stoppingToken);
            while (await liveness.CheckAsync(stoppingToken) is { } problem)
            {
                NotReady(logger, problem);
                await Task.Delay(Look, time, stoppingToken);
            }

            await socket.SendAsync("READY=1", $"STATUS=Protecting {installation.Resources.All.Count} resources");
            if (NotifySocket.WatchdogLimit() is { } limit)
                await PingAsync(limit / 3, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    private async Task PingAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await liveness.CheckAsync(cancellationToken) is { } problem)
                NoPing(logger, problem);
            else
                await socket.SendAsync("WATCHDOG=1");
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    [LoggerMessage(30, LogLevel.Warning, "Not ready yet: {Problem}")]
    private static partial void NotReady(ILogger logger, string problem);

    [LoggerMessage(31, LogLevel.Error, "systemd's watchdog is not told that all is well: {Problem}")]
    private static partial void NoPing(ILogger logger, string problem);
}
