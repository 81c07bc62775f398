using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Programs;
using PgWorkflows.JavaScript;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Maintenance;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Runtime;

/// <summary>The parts of one installation over one history, put together in one place: for the command line and for the server alike.</summary>
public sealed class Installation
{
    /// <summary>Opens the history in a folder for these resources.</summary>
    /// <exception cref="HistoryException">The history cannot be used.</exception>
    /// <param name="resources">The protected servers.</param>
    /// <param name="data">The folder of the history.</param>
    /// <param name="time">The clock.</param>
    /// <param name="more">Activities that this host offers besides those on resources, for example sending HTTP requests.</param>
    public Installation(IReadOnlyList<Resource> resources, string data, TimeProvider time, params IReadOnlyList<IActivity> more)
    {
        (Resources, Database, Time) = (new ResourceList(resources), Database.Open(data), time);
        States = new ResourceStateStore(Database, Resources, time);
        Maintenance = new MaintenanceStore(Database, time);
        Runs = new RunStore(Database, time);
        History = new History(Database);
        Definitions = new DefinitionStore(Database, time);
        Programs = new Programs(Definitions);
        Instances = new Instances(Database);
        Log = new InstanceLog(Database);
        Workflows = new WorkflowRunner(Resources, Runs, Instances, Programs, [.. PostgresActivities.Create(Resources, States, time), .. more], new(new JavaScriptLanguage()), time);
    }

    /// <summary>The protected servers.</summary>
    public IResources Resources { get; }

    /// <summary>The history file.</summary>
    public Database Database { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>What is believed of the resources.</summary>
    public ResourceStateStore States { get; }

    /// <summary>Which resources are in maintenance.</summary>
    public MaintenanceStore Maintenance { get; }

    /// <summary>The runs as they are carried on.</summary>
    public RunStore Runs { get; }

    /// <summary>The runs as they are read.</summary>
    public History History { get; }

    /// <summary>The versions of definitions.</summary>
    public DefinitionStore Definitions { get; }

    /// <summary>The published workflows, ready to run.</summary>
    public Programs Programs { get; }

    /// <summary>The activity types known here.</summary>
    public ActivityLibrary Library => Workflows.Library;

    /// <summary>Runs actions.</summary>
    public ActionRunner Runner => Workflows.Actions;

    /// <summary>Starts any workflow in the background of this process.</summary>
    public WorkflowRunner Workflows { get; }

    /// <summary>The runs as Elsa Studio lists them.</summary>
    public Instances Instances { get; }

    /// <summary>The journals and activity executions of runs.</summary>
    public InstanceLog Log { get; }

    /// <summary>Where this platform keeps the state of programs: for root and services a folder of the machine, else one of the user.</summary>
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
