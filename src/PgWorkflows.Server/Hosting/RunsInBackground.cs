using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Hosting;

/// <summary>The runs that this process carries: they begin with the shipped definitions in place, are told of in the log, and end with the host.</summary>
internal sealed partial class RunsInBackground(Installation installation, ConfiguredResources configured, ILogger<RunsInBackground> logger) : IHostedService, IRunObserver
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var problem in configured.Problems)
            NotProtected(logger, problem);
        installation.Workflows.Observer = this;
        installation.Workflows.Failed = (id, failure) => CarryingFailed(logger, failure, id);
        await installation.Programs.ImportAsync(cancellationToken);
        foreach (var closed in await installation.Runs.CloseGoneAsync(cancellationToken))
            Closed(logger, closed.Id, closed.Note);
    }

    public Task StopAsync(CancellationToken cancellationToken) => installation.Workflows.StopAsync().WaitAsync(cancellationToken);

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

    [LoggerMessage(1, LogLevel.Information, "Run {Id}: '{Definition}' began.")]
    private static partial void RunBegun(ILogger logger, string id, string definition);

    [LoggerMessage(2, LogLevel.Information, "Run {Id} ended: {SubStatus}.")]
    private static partial void RunEnded(ILogger logger, string id, WorkflowSubStatus subStatus);

    [LoggerMessage(3, LogLevel.Information, "Run {Id} writes: {Text}")]
    private static partial void Line(ILogger logger, string id, string text);

    [LoggerMessage(4, LogLevel.Warning, "Run {Id} was closed: {Note}")]
    private static partial void Closed(ILogger logger, string id, string note);

    [LoggerMessage(6, LogLevel.Error, "A resource is not protected: {Problem}")]
    private static partial void NotProtected(ILogger logger, ConfigurationProblem problem);

    [LoggerMessage(5, LogLevel.Error, "Run {Id} could not be carried on.")]
    private static partial void CarryingFailed(ILogger logger, Exception exception, string id);
}
