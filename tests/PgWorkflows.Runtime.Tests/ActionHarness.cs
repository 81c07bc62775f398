using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Runtime.Tests;

/// <summary>The shipped definitions on the real engine, runner and history; scripted are only the service manager, pg_ctl, the client and the clock.</summary>
internal sealed class ActionHarness : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-runtime-tests-").FullName;
    private readonly ResourceStateStore _states;
    private readonly ActionRunner _runner;

    public ActionHarness(Script script, ResourceState state = ResourceState.ISP, Func<Resource, Resource>? configure = null, params string[] channels)
    {
        var resource = new Resource
        {
            Name = "main",
            ServiceControl = ServiceControlKind.Sc,
            Service = "postgresql-x64-15",
            DataDirectory = "/data",
            BinDirectory = "/bin",
            Port = 5432,
            InitialState = state,
        };
        var resources = new ResourceList([configure?.Invoke(resource) ?? resource]);
        Database = Database.Open(_folder);
        Outbox = new Outbox(Database, channels, Time);
        Runs = new RunStore(Database, Time, Outbox);
        History = new History(Database);
        _states = new ResourceStateStore(Database, resources, Time);
        var activities = PostgresActivities.Create(
            resources, _states, new ServiceControls([script]), new ProbeClients([script]), script, node: "node1", Time);
        _runner = new ActionRunner(resources, Runs, new Programs(new DefinitionStore(Database, Time)), new ActivityLibrary(activities), Time);
    }

    public AutoTime Time { get; } = new();

    public Database Database { get; }

    public Outbox Outbox { get; }

    public RunStore Runs { get; }

    public History History { get; }

    public async Task<Seen> RunAsync(ResourceAction action, CancellationToken cancellationToken)
    {
        var began = Time.GetUtcNow();
        var outcome = await _runner.RunAsync(new("main", action, new("test", "a test")), new Unwatched(), cancellationToken);
        var ended = outcome as ActionOutcome.Ended ?? throw new InvalidOperationException($"{action.Name}: {outcome}");
        var run = (await History.FindAsync(ended.RunId, cancellationToken))[0];
        var steps = await History.StepsAsync(run.Id, cancellationToken);
        var events = await History.EventsAsync(run.Id, null, 1000, cancellationToken);
        return new(
            [.. steps.Where(step => !step.IsContainer && step.ActivityType is not ("Elsa.Workflow" or "Elsa.Flowchart" or "Elsa.FlowJoin")).Select(step => step.Label)],
            [.. events.Reverse().Select(e => $"{e.Id} {e.Text}")],
            run.Result, run.ReturnValue, await _states.GetAsync("main", cancellationToken), Time.GetUtcNow() - began, run);
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What a run left.</summary>
    internal sealed record Seen(
        IReadOnlyList<string> Steps, IReadOnlyList<string> Events, string? Result, int? ReturnValue, ResourceState State, TimeSpan Took, RunFacts Run)
    {
        /// <summary>The events' numbers.</summary>
        public IEnumerable<int> EventIds => Events.Select(text => int.Parse(text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    private sealed class Unwatched : IRunObserver
    {
        public void Begun(Run run)
        {
        }

        public void Running(Run run, Engine.Instances.PendingActivity activity)
        {
        }

        public void Stored(Run run)
        {
        }
    }
}

/// <summary>How a deep check turns out: which step decides.</summary>
internal enum Deep
{
    Good,
    GoodByFallback,
    StatusFails,
    StatusSaysNothing,
    PortMissing,
    PortDiffers,
    NoConnection,
}

/// <summary>A service manager, pg_ctl and a client that answer as they are told, in order; the last answer holds.</summary>
internal class Script : IServiceControl, IProbe, ICommandRunner
{
    private readonly Queue<ServiceStatus?> _statuses;
    private readonly Queue<Deep> _checks;
    private Deep _check;

    public Script(ServiceStatus?[] statuses, bool starts = true, bool stops = true, params Deep[] checks) =>
        (_statuses, Starts, Stops, _checks) = (new(statuses), starts, stops, new(checks.Length == 0 ? [Deep.Good] : checks));

    public bool Starts { get; }

    public bool Stops { get; }

    /// <summary>What the server answers to the guarded profile's questions, in order; the last one holds.</summary>
    public Queue<ServerAnswer> Answers { get; init; } = new();

    /// <summary>What was asked of the service manager.</summary>
    public List<string> Commands { get; } = [];

    public ServiceControlKind Kind => ServiceControlKind.Sc;

    public ClientKind Client => ClientKind.Psql;

    public virtual Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken)
    {
        Commands.Add("query");
        var status = _statuses.Count > 1 ? _statuses.Dequeue() : _statuses.Peek();
        return Task.FromResult(new ServiceQuery(status, new("sc query postgresql-x64-15", 0, status?.ToString() ?? "nothing readable"), $"sc query: {status}"));
    }

    public Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken) => CommandAsync("start", Starts);

    public Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken) => CommandAsync("stop", Stops);

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        _check = _checks.Count > 1 ? _checks.Dequeue() : _checks.Peek();
        var text = _check switch
        {
            Deep.StatusFails => "pg_ctl: no server running",
            Deep.StatusSaysNothing => "",
            Deep.PortMissing => "pg_ctl: server is running (PID: 7)\n/bin/postgres \"-D\" \"/data -p 99\"",
            Deep.PortDiffers => "pg_ctl: server is running (PID: 7)\n/bin/postgres \"-D\" \"/data\" \"-p\" \"5433\"",
            _ => "pg_ctl: server is running (PID: 7)\n/bin/postgres \"-D\" \"/data\" \"-p\" \"5432\"",
        };
        return Task.FromResult(new CommandResult
        {
            Command = command.Display,
            ExitCode = _check == Deep.StatusFails ? 3 : 0,
            StdoutBytes = System.Text.Encoding.UTF8.GetBytes(text),
        });
    }

    public Task<ProbeResult> RunAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken)
    {
        var works = _check switch
        {
            Deep.GoodByFallback => kind == ProbeKind.DatabaseList,
            Deep.NoConnection => false,
            _ => true,
        };
        return Task.FromResult(new ProbeResult(works, new($"psql {kind}", works ? 0 : 2, works ? "rows" : $"{kind} refused")));
    }

    public Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) =>
        Task.FromResult(Answers.Count > 1 ? Answers.Dequeue() : Answers.Peek());

    private Task<ServiceCommandResult> CommandAsync(string verb, bool works)
    {
        Commands.Add(verb);
        return Task.FromResult(new ServiceCommandResult(works, new($"sc {verb} postgresql-x64-15", works ? 0 : 5, works ? "" : "Access is denied."), $"sc {verb}"));
    }
}
