using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Resuming;

namespace PgWorkflows.Server.Hosting;

/// <summary>
/// The runs that this process carries: at its start it decides over those that a server before it has left, tells of all of them in the log, and at
/// its end puts back what can go on later.
/// </summary>
internal sealed partial class RunsInBackground(Installation installation, ConfiguredResources configured, ILogger<RunsInBackground> logger) : IHostedService, IRunObserver
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var problem in configured.Problems)
            NotProtected(logger, problem);
        installation.Workflows.Observer = this;
        installation.Workflows.Failed = (id, failure) =>
        {
            if (!installation.Database.Health.Explains(failure)) // That is in the log once.
                CarryingFailed(logger, failure, id);
        };
        await installation.Programs.ImportAsync(cancellationToken);
        foreach (var gone in await installation.Runs.GoneAsync(cancellationToken))
        {
            switch (await installation.Workflows.Returning.DecideAsync(gone, cancellationToken))
            {
                case Return.Closed(var closed):
                    Closed(logger, closed.Id, closed.Note);
                    break;
                case Return.GoesOn returned:
                    GoesOn(logger, gone.Id, returned.Seen ?? "as it was stored");
                    installation.Workflows.GoOn(returned);
                    break;
            }
        }

        await installation.Workflows.CatchUpAsync(cancellationToken);
    }

    /// <summary>Effects under way may take as long as their commands; the host's patience bounds it.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => installation.Workflows.DrainAsync().WaitAsync(cancellationToken);

    public void Begun(Run run) => RunBegun(logger, run.Instance.Id, run.Instance.Program.Definition.Name);

    public void Running(Run run, PendingActivity activity)
    {
    }

    public void Stored(Run run)
    {
        foreach (var line in run.LastStored?.Emissions.OfType<LineWritten>() ?? [])
            Line(logger, run.Instance.Id, line.Text);
        if (run.Instance.Status == WorkflowStatus.Finished)
            RunEnded(logger, run.Instance.Id, run.Instance.SubStatus);
    }

    [LoggerMessage(1, LogLevel.Debug, "Run {Id}: '{Definition}' began.")]
    private static partial void RunBegun(ILogger logger, string id, string definition);

    [LoggerMessage(2, LogLevel.Debug, "Run {Id} ended: {SubStatus}.")]
    private static partial void RunEnded(ILogger logger, string id, WorkflowSubStatus subStatus);

    [LoggerMessage(3, LogLevel.Information, "Run {Id} writes: {Text}")]
    private static partial void Line(ILogger logger, string id, string text);

    [LoggerMessage(4, LogLevel.Warning, "Run {Id} was closed: {Note}")]
    private static partial void Closed(ILogger logger, string id, string note);

    [LoggerMessage(7, LogLevel.Error, "A resource is not protected: {Problem}")]
    private static partial void NotProtected(ILogger logger, ConfigurationProblem problem);

    [LoggerMessage(5, LogLevel.Error, "Run {Id} could not be carried on.")]
    private static partial void CarryingFailed(ILogger logger, Exception exception, string id);

    [LoggerMessage(6, LogLevel.Warning, "Run {Id} goes on: {Seen}.")]
    private static partial void GoesOn(ILogger logger, string id, string seen);
}
