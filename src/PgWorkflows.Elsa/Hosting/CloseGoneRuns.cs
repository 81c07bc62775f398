using Elsa.Common;
using Microsoft.Extensions.Logging;
using PgWorkflows.Elsa.Runs;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Elsa.Hosting;

/// <summary>At start: reads the configuration, opens the history, and closes what a process that died has left; so that a problem is told before a workflow meets it.</summary>
public sealed partial class CloseGoneRuns(HostedRuns runs, IResources resources, PostgresActivitySet activities, ILogger<CloseGoneRuns> logger) : IStartupTask
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        Log.Serving(logger, resources.All.Count, activities.ByType.Count);
        foreach (var closed in await runs.CloseGoneAsync(cancellationToken))
            Log.Closed(logger, closed.Action, closed.Id, closed.Resource, closed.Note);
    }

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Information, "PgWorkflows protects {Resources} resources with {Activities} activities")]
        public static partial void Serving(ILogger logger, int resources, int activities);

        [LoggerMessage(7002, LogLevel.Warning, "{Action} (run {RunId}) on {Resource} was closed. {Note}")]
        public static partial void Closed(ILogger logger, string? action, string runId, string? resource, string note);
    }
}
