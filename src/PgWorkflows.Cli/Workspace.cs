using System.CommandLine;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Maintenance;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Delivery;
using PgWorkflows.Runtime.Reports;

namespace PgWorkflows.Cli;

/// <summary>What the commands work with: an installation and the configuration file that it comes from.</summary>
internal sealed class Workspace(string configurationFile, Installation installation, IReadOnlyList<ConfigurationProblem> problems)
{
    /// <summary>What is wrong with resources that are left out.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; } = problems;

    public string ConfigurationFile { get; } = configurationFile;

    public Installation Installation { get; } = installation;

    public IResources Resources => Installation.Resources;

    public Database Database => Installation.Database;

    public TimeProvider Time => Installation.Time;

    public ResourceStateStore States => Installation.States;

    public MaintenanceStore Maintenance => Installation.Maintenance;

    public RunStore Runs => Installation.Runs;

    public History History => Installation.History;

    public Programs Programs => Installation.Programs;

    public ActivityLibrary Library => Installation.Library;

    public ActionRunner Runner => Installation.Runner;

    public Courier Courier => Installation.Courier;

    public Outbox Outbox => Installation.Outbox;

    public Reports Reports { get; } = new(installation);

    /// <summary>Opens what the global options name.</summary>
    /// <exception cref="CliException">The configuration file as a whole cannot be used.</exception>
    /// <exception cref="HistoryException">The history cannot be used.</exception>
    public static Workspace Open(ParseResult parsed, GlobalOptions options)
    {
        var file = ConfigurationPath(parsed.GetValue(options.Config));
        var settings = Settings.Read(file);
        var data = parsed.GetValue(options.Data) ?? settings.Data ?? Installation.DefaultData();
        return new(file, new Installation(settings.Resources, Path.GetFullPath(data), TimeProvider.System, new InstallationHost { Channels = settings.Channels }), settings.Problems);
    }

    /// <summary>A workspace over given resources and folder.</summary>
    public static Workspace Open(string configurationFile, IReadOnlyList<Resource> resources, string data) =>
        new(configurationFile, new Installation(resources, data, TimeProvider.System), []);

    /// <summary>The resource of that name. Problems of other resources do not stand in its way.</summary>
    /// <exception cref="CliException">There is none, or what is wrong with the configuration may concern it.</exception>
    public Resource Find(string name) => Resources.Find(name)
        ?? throw (Problems.Count > 0 ? Settings.Wrong(Problems) : UnknownResource(name));

    /// <summary>The run of this id.</summary>
    /// <exception cref="CliException">There is none, or several begin so.</exception>
    public async Task<RunReport> ReportAsync(string id, CancellationToken cancellationToken) => await Reports.FindAsync(id, cancellationToken) switch
    {
        FoundRun.One(var run) => run,
        FoundRun.Several => throw new CliException(ExitCodes.UnknownRun, $"Several runs begin with '{id}'. Give more of the id."),
        _ => throw new CliException(ExitCodes.UnknownRun, $"No run begins with '{id}'. 'pgw history' lists the runs."),
    };

    private CliException UnknownResource(string name) => new(ExitCodes.UnknownResource,
        Resources.All.Count == 0
            ? $"{ConfigurationFile}: no resource is configured. Add '{name}' under PgWorkflows:Resources (see README, Configuration)."
            : $"{ConfigurationFile}: there is no resource '{name}'. Configured: {string.Join(", ", Resources.All.Select(resource => resource.Name))}.");

    public static string ConfigurationPath(string? given)
    {
        if (given is not null)
            return Path.GetFullPath(given);
        var here = Path.GetFullPath("appsettings.json");
        return File.Exists(here) ? here : Path.Combine(AppContext.BaseDirectory, "appsettings.json");
    }
}
