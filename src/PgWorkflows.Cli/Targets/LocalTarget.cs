using PgWorkflows.Cli.Commands;
using PgWorkflows.Cli.Output;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;

namespace PgWorkflows.Cli.Targets;

/// <summary>This machine's installation.</summary>
internal sealed partial class LocalTarget(Workspace workspace) : ITarget
{
    /// <summary>What is not delivered then waits for the next run or the server.</summary>
    private static readonly TimeSpan DeliveryLimit = TimeSpan.FromSeconds(5);

    public string Place => workspace.ConfigurationFile;

    public Task<IReadOnlyList<ConfigurationProblem>> ProblemsAsync(CancellationToken cancellationToken) => Task.FromResult(workspace.Problems);

    public async Task<RunReport> RunAsync(string resource, ResourceAction action, CliOutput output, CancellationToken cancellationToken)
    {
        var request = new ActionRequest(workspace.Find(resource).Name, action, Origin.OfThisCommand());
        using var progress = new LiveProgress(output);
        var outcome = await workspace.Runner.RunAsync(request, progress, cancellationToken);
        await workspace.Courier.DeliverBeforeExitAsync(DeliveryLimit);
        return outcome switch
        {
            // Also after Ctrl+C: how the run ended is what the operator wants to know then.
            ActionOutcome.Ended(var runId) => await workspace.ReportAsync(runId, CancellationToken.None),
            ActionOutcome.Busy(var holder) => throw new CliException(ExitCodes.Busy,
                $"'{resource}' is busy: {holder} is under way. Nothing was done; try again when it has ended (pgw show {holder.InstanceId})."),
            var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
        };
    }

    public async Task SetStateAsync(string resource, ResourceState state, CancellationToken cancellationToken)
    {
        var name = workspace.Find(resource).Name;
        var by = Origin.OfThisCommand().By;
        await workspace.Runs.CloseGoneAsync(null, cancellationToken);
        if (await workspace.States.SetAsync(name, state, $"set by {by}", by, cancellationToken) is { } holder)
            throw new CliException(ExitCodes.Busy, $"'{name}' is busy: {holder} is under way. The state was not changed.");
    }

    public Task<IReadOnlyList<ResourceReport>> ResourcesAsync(CancellationToken cancellationToken) => workspace.Reports.ResourcesAsync(cancellationToken);

    public async Task<ResourceReport> ResourceAsync(string name, CancellationToken cancellationToken)
    {
        var resource = workspace.Find(name).Name;
        return (await ResourcesAsync(cancellationToken)).First(report => report.Name == resource);
    }

    public async Task<IReadOnlyList<RunSummary>> RunsAsync(string? resource, int most, CancellationToken cancellationToken)
    {
        var runs = await workspace.Reports.RunsAsync(resource, most, cancellationToken);
        if (runs.Count == 0 && resource is not null)
            workspace.Find(resource); // A resource that is configured no more still has its history; one that never was is a mistake.
        return runs;
    }

    public Task<RunReport> RunAsync(string id, CancellationToken cancellationToken) => workspace.ReportAsync(id, cancellationToken);

    public void Dispose()
    {
        // An installation opens its history for each question and holds nothing.
    }

    public async Task<IReadOnlyList<EventReport>> EventsAsync(string? resource, int most, CancellationToken cancellationToken)
    {
        var events = await workspace.Reports.EventsAsync(resource, most, cancellationToken);
        if (events.Count == 0 && resource is not null)
            workspace.Find(resource);
        return events;
    }

    public Task<IReadOnlyList<MaintenanceMode>> MaintenanceAsync(CancellationToken cancellationToken) => workspace.Maintenance.AllAsync(cancellationToken);

    public async Task<MaintenanceMode> BeginMaintenanceAsync(string resource, MaintenanceRequest request, CancellationToken cancellationToken)
    {
        var mode = await workspace.Maintenance.BeginAsync(workspace.Find(resource).Name, Origin.OfThisCommand().By, request, cancellationToken);
        await AuditAsync("maintenance-on", mode.Resource, mode.ToString());
        return mode;
    }

    public async Task EndMaintenanceAsync(string resource, CancellationToken cancellationToken)
    {
        var name = workspace.Find(resource).Name;
        var ended = await workspace.Maintenance.EndAsync(name, cancellationToken);
        await AuditAsync("maintenance-off", name, ended?.ToString() ?? "none was on");
    }

    private Task AuditAsync(string action, string resource, string detail) => new AuditStore(workspace.Database, workspace.Time).AddAsync(
        new(Origin.OfThisCommand().By, "local", action, resource, "done", detail), CancellationToken.None);
}
