using PgWorkflows.Persistence.Retention;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Retention;

namespace PgWorkflows.Server.Hosting;

/// <summary>Retention in the background of the server.</summary>
internal sealed partial class KeepsHistory(Installation installation, RetentionOptions options, TimeProvider time, ILogger<KeepsHistory> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new HistoryKeeper(installation.Database, options, time)
    {
        Kept = report => Log.Kept(logger, report),
        Failed = failure => Log.Failed(logger, failure),
    }.RunAsync(stoppingToken).UntilStoppedAsync(stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Debug, "Retention: {Report}")]
        public static partial void Kept(ILogger logger, RetentionReport report);

        [LoggerMessage(12, LogLevel.Warning, "Old rows of the history could not be exported or deleted; it is tried again every 10 minutes.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
