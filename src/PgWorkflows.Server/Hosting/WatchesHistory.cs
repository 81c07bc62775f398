using PgWorkflows.Persistence;
using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Hosting;

/// <summary>Looks after a history that cannot be written, and says so in the log once.</summary>
internal sealed partial class WatchesHistory(Installation installation, TimeProvider time, ILogger<WatchesHistory> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new HistoryWatch(installation.Database, installation.Runs, time)
    {
        Failed = trouble => Log.Failed(logger, installation.Database.File, trouble.Message, trouble.Cure),
        Recovered = span => Log.Recovered(logger, span),
        Recorded = run => Log.Recorded(logger, run.Id, run.Note),
    }.RunAsync(stoppingToken).UntilStoppedAsync(stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(13, LogLevel.Critical, "The history {File} cannot be written: {Problem} No action begins and checks pause until it can. {Cure}.")]
        public static partial void Failed(ILogger logger, string file, string problem, string cure);

        [LoggerMessage(14, LogLevel.Warning, "The history can be written again, after {Span}. Checks go on.")]
        public static partial void Recovered(ILogger logger, TimeSpan span);

        [LoggerMessage(15, LogLevel.Warning, "Run {Id} was recorded late: {Note}")]
        public static partial void Recorded(ILogger logger, string id, string note);
    }
}
