using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using Xunit;

namespace PgWorkflows.Runtime.Tests.Waking;

/// <summary>A check of a timer, a remove and a restore come at the same instant, a thousand times in another order.</summary>
public sealed class InterleavingTests
{
    private const int Rounds = 1000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_instants_with_check_remove_and_restore_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("pgw-interleaving-").FullName;
        try
        {
            var resources = new ResourceList([new Resource { Name = "main", ServiceControl = ServiceControlKind.Sc, Service = "main", DataDirectory = "/data", BinDirectory = "/bin", Port = 5432, InitialState = ResourceState.ISP }]);
            var database = Database.Open(folder, TimeProvider.System);
            var (runs, states) = (new RunStore(database, TimeProvider.System, null, OwnerKind.Server), new ResourceStateStore(database, resources, TimeProvider.System));
            var service = new RandomService(new Random(20261122));
            var library = new ActivityLibrary(PostgresActivities.Create(resources, states, new ServiceControls([service]), new ProbeClients([service]), service, node: "node1"));
            var runner = new ActionRunner(resources, runs, new Programs(new DefinitionStore(database, TimeProvider.System)), library, TimeProvider.System);
            var outcomes = new Dictionary<string, int>(StringComparer.Ordinal);

            for (var round = 0; round < Rounds; round++)
            {
                ResourceAction[] actions = [ResourceAction.QuickCheck, ResourceAction.Remove, ResourceAction.Restore];
                Random.Shared.Shuffle(actions);
                var before = service.Effects.Count;
                var ended = await Task.WhenAll(actions.Select(action => Task.Run(() => runner.RunAsync(new("main", action, new("test", "a test")), new Unwatched(), Token), Token)));

                Assert.All(ended, outcome => Assert.True(outcome is ActionOutcome.Ended or ActionOutcome.Busy, outcome.ToString()));
                var changed = ended.Zip(actions).Count(pair => pair is { First: ActionOutcome.Ended, Second.ChangesState: true });
                Assert.InRange(changed, 1, 2); // One of the two has won; the other may have come after its end.
                Assert.InRange(service.Effects.Count - before, 0, changed);
                foreach (var outcome in ended)
                    outcomes[outcome.GetType().Name] = outcomes.GetValueOrDefault(outcome.GetType().Name) + 1;
            }

            Assert.False(service.Overlapped);
            Assert.True(outcomes["Busy"] > 0 && outcomes["Ended"] > Rounds);
            Assert.Empty(await runs.GoneAsync(Token));
            Assert.Null(await states.HolderAsync("main", Token));
            var all = await new History(database).ListAsync("main", Rounds * 3, Token);
            Assert.All(all, run => Assert.Equal("Finished", run.Status));
            Assert.All(all.Where(run => run.Action is "remove" or "restore"), run => Assert.Equal("Succeeded", run.Result));
            Assert.Contains(all, run => run is { Action: "quickCheck", Result: "Skipped" });
            Assert.Null(database.CheckIntegrity());
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A service manager that does what it is told after a moment, and notices when it is told two things at once.</summary>
    private sealed class RandomService(Random random) : IServiceControl, IProbe, ICommandRunner
    {
        private readonly Lock _lock = new();
        private volatile bool _running = true;
        private int _busy;

        public List<string> Effects { get; } = [];

        public bool Overlapped { get; private set; }

        public ServiceControlKind Kind => ServiceControlKind.Sc;

        public ClientKind Client => ClientKind.Psql;

        public async Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken)
        {
            await ALittleAsync();
            var status = _running ? ServiceStatus.Running : ServiceStatus.Stopped;
            return new(status, new("sc query main", 0, $"{status}"), $"sc query: {status}");
        }

        public Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken) => DoAsync("start", true);

        public Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken) => DoAsync("stop", false);

        public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken) => Task.FromResult(new CommandResult
        {
            Command = command.Display,
            ExitCode = 0,
            StdoutBytes = "pg_ctl: server is running (PID: 7)\n/bin/postgres \"-D\" \"/data\" \"-p\" \"5432\""u8.ToArray(),
        });

        public Task<ProbeResult> RunAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) => Task.FromResult(new ProbeResult(true, new("psql", 0, "rows")));

        public Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) => throw new NotSupportedException("The documented profile does not ask so.");

        private async Task<ServiceCommandResult> DoAsync(string verb, bool running)
        {
            Overlapped |= Interlocked.Increment(ref _busy) > 1;
            lock (_lock)
                Effects.Add(verb);
            await ALittleAsync();
            _running = running;
            Interlocked.Decrement(ref _busy);
            return new(true, new($"sc {verb} main", 0, ""), $"sc {verb}");
        }

        private async Task ALittleAsync()
        {
            int turns;
            lock (_lock)
                turns = random.Next(0, 4);
            for (var turn = 0; turn < turns; turn++)
                await Task.Yield();
        }
    }
}
