using System.Diagnostics;
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
using PgWorkflows.Runtime;
using PgWorkflows.Testing;

namespace PgWorkflows.Bench;

/// <summary>One quickCheck and one deepCheck of a real server, stored in SQLite, beside the bare commands they run: the difference is ours.</summary>
internal static class Checks
{
    private const int Rounds = 100;

    public static async Task RunAsync()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        Console.WriteLine($"\nChecks of a real server, median of {Rounds} (10th to 90th percentile), in a warm process, with history");
        Console.WriteLine($"{"",-24}{"the run",22}{"bare commands",22}{"our share",12}");
        foreach (var client in new[] { ClientKind.Psql, ClientKind.Npgsql })
        {
            foreach (var action in new[] { ResourceAction.QuickCheck, ResourceAction.DeepCheck })
                await CompareAsync(cluster.Resource with { Client = client }, action);
        }

        await WholeProcesses.RunAsync(cluster);
    }

    private static async Task CompareAsync(Resource resource, ResourceAction action)
    {
        var folder = Directory.CreateTempSubdirectory("pgw-bench-").FullName;
        try
        {
            var time = TimeProvider.System;
            var (resources, database, commands) = (new ResourceList([resource]), Database.Open(folder), new CommandRunner(time));
            var library = new ActivityLibrary(PostgresActivities.Create(resources, new ResourceStateStore(database, resources, time), time));
            var runner = new ActionRunner(resources, new RunStore(database, time), new Programs(new DefinitionStore(database, time)), library, time);
            var probe = ProbeClients.Create(commands, time).For(resource);

            async Task RunAction()
            {
                var ended = (ActionOutcome.Ended)await runner.RunAsync(new(resource.Name, action, new("bench", "bench")), NoObserver.Instance, CancellationToken.None);
                _ = ended;
            }

            async Task RunBare()
            {
                await commands.RunAsync(PgCtl.Status(resource), CancellationToken.None);
                if (action == ResourceAction.DeepCheck)
                {
                    await commands.RunAsync(PgCtl.Status(resource), CancellationToken.None);
                    await probe.RunAsync(resource, ProbeKind.SystemRelations, CancellationToken.None);
                }
            }

            var (run, bare) = (new List<double>(), new List<double>());
            for (var round = -10; round < Rounds; round++)
            {
                // In turn, so that a noisy moment of the machine meets both.
                var (one, other) = (await TimeAsync(RunAction), await TimeAsync(RunBare));
                if (round < 0)
                    continue;
                run.Add(one);
                bare.Add(other);
            }

            run.Sort();
            bare.Sort();
            Console.WriteLine($"{action.Name + " by " + resource.Client.ToString().ToLowerInvariant(),-24}{Spread(run),22}{Spread(bare),22}{run[Rounds / 2] - bare[Rounds / 2],9:0.0} ms");
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Spread(List<double> sorted) => $"{sorted[Rounds / 2]:0.0} ms ({sorted[Rounds / 10]:0.0}–{sorted[Rounds * 9 / 10]:0.0})";

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalMilliseconds;
    }

    private sealed class NoObserver : IRunObserver
    {
        public static readonly NoObserver Instance = new();

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
