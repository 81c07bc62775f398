using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Hosting;

/// <summary>Tells outside channels of events for as long as the server runs. It is registered before the runs, so it stops after them and tells of their ends.</summary>
internal sealed partial class EventDelivery(Installation installation, ILogger<EventDelivery> logger) : BackgroundService
{
    private static readonly TimeSpan LastDelivery = TimeSpan.FromSeconds(2);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await installation.Courier.DeliverBeforeExitAsync(LastDelivery);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        installation.Courier.Failed = failure =>
        {
            if (!installation.Database.Health.Explains(failure)) // That is in the log once.
                HistoryFailed(logger, failure);
        };
        await installation.Courier.RunAsync(stoppingToken).UntilStoppedAsync(stoppingToken);
    }

    [LoggerMessage(20, LogLevel.Error, "Events could not be read from the history for delivery; it is tried again.")]
    private static partial void HistoryFailed(ILogger logger, Exception exception);
}
