using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Programs;
using PgWorkflows.JavaScript;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Checks;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Maintenance;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Persistence.Waking;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime.Delivery;
using PgWorkflows.Runtime.Protection;
using PgWorkflows.Runtime.Waking;

namespace PgWorkflows.Runtime;

/// <summary>The parts of one installation over one history, put together in one place: for the command line and for the server alike.</summary>
public sealed class Installation
{
    /// <summary>Opens the history in a folder for these resources.</summary>
    /// <exception cref="HistoryException">The history cannot be used.</exception>
    /// <param name="resources">The protected servers.</param>
    /// <param name="data">The folder of the history.</param>
    /// <param name="time">The clock.</param>
    /// <param name="host">What the process that hosts the installation adds to it.</param>
    public Installation(IReadOnlyList<Resource> resources, string data, TimeProvider time, InstallationHost? host = null)
    {
        host ??= new InstallationHost();
        (Resources, Database, Time) = (new ResourceList(resources), Database.Open(data, time), time);
        States = new ResourceStateStore(Database, Resources, time);
        Maintenance = new MaintenanceStore(Database, time);
        Outbox = new Outbox(Database, [.. host.Channels.Select(channel => channel.Name)], time);
        Courier = new Courier(Outbox, host.Channels, time);
        Runs = new RunStore(Database, time, Outbox, host.Kind);
        History = new History(Database);
        Definitions = new DefinitionStore(Database, time);
        Programs = new Programs(Definitions);
        Instances = new Instances(Database);
        Log = new InstanceLog(Database);
        Waking = new WakingStore(Database, time);
        Workflows = new WorkflowRunner(
            Resources, Runs, Instances, Programs, Waking, workflows => [.. PostgresActivities.Create(Resources, States, time), .. Protecting(workflows), .. host.Activities],
            new(new JavaScriptLanguage()), time);
        Triggers = new TriggerIndex(Programs, Workflows);
    }

    private IEnumerable<IActivity> Protecting(WorkflowRunner workflows) =>
    [
        new DueResources(new CheckClock(Database, Resources), Time),
        new RunAction(workflows, History),
        new DecideRecovery(Resources, States, Maintenance, new RecoveryHistory(Database, Time), Time),
        new Escalate(Resources, Environment.MachineName),
    ];

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

    /// <summary>The events that channels outside do not have yet.</summary>
    public Outbox Outbox { get; }

    /// <summary>Brings events to the channels.</summary>
    public Courier Courier { get; }

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

    /// <summary>What wakes runs.</summary>
    public WakingStore Waking { get; }

    /// <summary>By what the published workflows begin.</summary>
    public TriggerIndex Triggers { get; }

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

/// <summary>What a process adds to the installation that it hosts.</summary>
public sealed record InstallationHost
{
    /// <summary>What kind of process it is; it decides what becomes of its runs when it dies.</summary>
    public OwnerKind Kind { get; init; } = OwnerKind.Command;

    /// <summary>Who is told of events.</summary>
    public IReadOnlyList<IEventChannel> Channels { get; init; } = [];

    /// <summary>Activities besides those on resources, for example sending HTTP requests.</summary>
    public IReadOnlyList<IActivity> Activities { get; init; } = [];
}
