using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PgWorkflows.Elsa.Runs;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Elsa.Hosting;

/// <summary>
/// At start, before Elsa executes anything: reads the configuration, opens the history, and closes what a process that died has left. What is wrong
/// keeps the host from starting, instead of being met by a workflow.
/// </summary>
public sealed partial class Opening(IServiceProvider services, ILogger<Opening> logger) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var resources = services.GetRequiredService<IResources>();
        var runs = services.GetRequiredService<HostedRuns>();
        Log.Serving(logger, resources.All.Count, services.GetRequiredService<PostgresActivitySet>().ByType.Count);
        foreach (var closed in await runs.CloseGoneAsync(cancellationToken))
            Log.Closed(logger, closed.Action, closed.Id, closed.Resource, closed.Note);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Information, "PgWorkflows protects {Resources} resources with {Activities} activities")]
        public static partial void Serving(ILogger logger, int resources, int activities);

        [LoggerMessage(7002, LogLevel.Warning, "{Action} (run {RunId}) on {Resource} was closed. {Note}")]
        public static partial void Closed(ILogger logger, string? action, string runId, string? resource, string note);
    }
}
