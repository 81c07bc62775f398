using System.CommandLine;
using PgWorkflows.Engine.Programs;
using PgWorkflows.JavaScript;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;

namespace PgWorkflows.Cli;

/// <summary>What the commands work with: the configured resources, the history, the runner. One place where they are put together.</summary>
internal sealed class Workspace
{
    private Workspace(string configurationFile, IResources resources, Database database, TimeProvider time)
    {
        (ConfigurationFile, Resources, Database, Time) = (configurationFile, resources, database, time);
        States = new ResourceStateStore(database, resources, time);
        Runs = new RunStore(database, time);
        History = new History(database);
        Programs = new Programs(new DefinitionStore(database, time));
        Library = new ActivityLibrary(PostgresActivities.Create(resources, States, time), new(new JavaScriptLanguage()));
        Runner = new ActionRunner(Resources, Runs, Programs, Library, time);
    }

    public string ConfigurationFile { get; }

    public IResources Resources { get; }

    public Database Database { get; }

    public TimeProvider Time { get; }

    public ResourceStateStore States { get; }

    public RunStore Runs { get; }

    public History History { get; }

    public Programs Programs { get; }

    public ActivityLibrary Library { get; }

    public ActionRunner Runner { get; }

    /// <summary>Opens what the global options name.</summary>
    /// <exception cref="CliException">The configuration is missing or wrong: every problem on a line of its own.</exception>
    /// <exception cref="HistoryException">The history cannot be used.</exception>
    public static Workspace Open(ParseResult parsed, GlobalOptions options)
    {
        var file = ConfigurationPath(parsed.GetValue(options.Config));
        var settings = Settings.Read(file);
        var data = parsed.GetValue(options.Data) ?? settings.Data ?? DefaultData();
        return Open(file, settings.Resources, Path.GetFullPath(data));
    }

    /// <summary>A workspace over given resources and folder.</summary>
    public static Workspace Open(string configurationFile, IReadOnlyList<Resource> resources, string data) =>
        new(configurationFile, new ResourceList(resources), Database.Open(data), TimeProvider.System);

    /// <summary>The resource of that name.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public Resource Find(string name) => Resources.Find(name) ?? throw UnknownResource(name);

    public CliException UnknownResource(string name) => new(ExitCodes.UnknownResource,
        Resources.All.Count == 0
            ? $"{ConfigurationFile}: no resource is configured. Add '{name}' under PgWorkflows:Resources (see README, Configuration)."
            : $"{ConfigurationFile}: there is no resource '{name}'. Configured: {string.Join(", ", Resources.All.Select(resource => resource.Name))}.");

    private static string ConfigurationPath(string? given)
    {
        if (given is not null)
            return Path.GetFullPath(given);
        var here = Path.GetFullPath("appsettings.json");
        return File.Exists(here) ? here : Path.Combine(AppContext.BaseDirectory, "appsettings.json");
    }

    /// <summary>Where this platform keeps the state of programs.</summary>
    public static string DefaultData()
    {
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "PgWorkflows");
        if (Environment.IsPrivilegedProcess)
            return "/var/lib/pgworkflows";
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        return Path.Combine(string.IsNullOrEmpty(state)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state") : state, "pgworkflows");
    }
}
