using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;
using PgWorkflows.Testing.Agreement;

namespace PgWorkflows.Runtime.Tests;

/// <summary>The shipped definitions on the real engine, runner and history; scripted are only the service manager, pg_ctl, the client and the clock.</summary>
internal sealed class ActionHarness : IDisposable
{
    private readonly string _folder;
    private readonly bool _isOwn;
    private readonly ResourceStateStore _states;
    private readonly ActionRunner _runner;

    public ActionHarness(Script script, ResourceState state = ResourceState.ISP, Func<Resource, Resource>? configure = null, params string[] channels)
        : this(script, state, configure, null, channels)
    {
    }

    /// <summary>With its history in a folder of the test's own.</summary>
    public static ActionHarness In(string folder, Script script, ResourceState state = ResourceState.ISP) => new(script, state, null, folder, []);

    private ActionHarness(Script script, ResourceState state, Func<Resource, Resource>? configure, string? folder, string[] channels)
    {
        (_isOwn, _folder) = (folder is null, folder ?? Directory.CreateTempSubdirectory("pgw-runtime-tests-").FullName);
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
        Database = Database.Open(_folder, Time);
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

    public ResourceStateStore States => _states;

    public async Task<Seen> RunAsync(ResourceAction action, CancellationToken cancellationToken)
    {
        var began = Time.GetUtcNow();
        var outcome = await _runner.RunAsync(new("main", action, new("test", "a test")), new Unwatched(), cancellationToken);
        var ended = outcome as ActionOutcome.Ended ?? throw new InvalidOperationException($"{action.Name}: {outcome}");
        var run = (await History.FindAsync(ended.RunId, cancellationToken))[0];
        var steps = await History.StepsAsync(run.Id, cancellationToken);
        var events = await History.EventsAsync(run.Id, null, 1000, cancellationToken);
        var (journal, _) = await new InstanceLog(Database).JournalAsync(new(run.Id) { Take = int.MaxValue }, cancellationToken);
        return new(
            [.. steps.Where(IsStep).Select(step => step.Label)],
            [.. events.Reverse().Select(e => $"{e.Id} {e.Text}")],
            run.Result, run.ReturnValue, await _states.GetAsync("main", cancellationToken), Time.GetUtcNow() - began, run)
        {
            Journal = [.. steps.Where(IsStep).Select(step => AgreementJournal.Step(
                step.Label, journal.Where(entry => entry.Number == step.Number).Select(entry => entry.EventName), step.Outcomes))],
        };
    }

    private static bool IsStep(StepFacts step) => !step.IsContainer && step.ActivityType is not ("Elsa.Workflow" or "Elsa.Flowchart" or "Elsa.FlowJoin");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (_isOwn)
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What a run left.</summary>
    internal sealed record Seen(
        IReadOnlyList<string> Steps, IReadOnlyList<string> Events, string? Result, int? ReturnValue, ResourceState State, TimeSpan Took, RunFacts Run)
    {
        /// <summary>Each step with its journal entries and the outcome it took.</summary>
        public required IReadOnlyList<string> Journal { get; init; }

        /// <summary>The events' numbers.</summary>
        public IEnumerable<int> EventIds => Events.Select(text => int.Parse(text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
    }
}

/// <summary>Nobody looks.</summary>
internal sealed class Unwatched : IRunObserver
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
