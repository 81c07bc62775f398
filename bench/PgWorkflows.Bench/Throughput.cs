using System.Diagnostics;

namespace PgWorkflows.Bench;

/// <summary>Workflows per second of the chain of 8 activities, one and two at a time, and what one allocates.</summary>
internal static class Throughput
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(3);

    public static async Task RunAsync()
    {
        var chain = new Chain();
        var folder = Directory.CreateTempSubdirectory("pgw-bench-").FullName;
        try
        {
            var (runs, stored) = await chain.OpenAsync(folder);
            Func<Task> bare = () =>
            {
                chain.RunBare();
                return Task.CompletedTask;
            };
            Func<Task> memory = chain.RunInMemoryAsync;
            Func<Task> sqlite = () => chain.RunStoredAsync(runs, stored);

            Console.WriteLine("\nA chain of 8 activities (all journal entries and activity records kept)");
            Console.WriteLine($"{"",-28}{"1 at a time",14}{"2 at a time",14}{"allocated",14}");
            foreach (var (name, run) in new[] { ("engine alone", bare), ("with a store in memory", memory), ("with SQLite", sqlite) })
            {
                await MeasureAsync(run, 1, TimeSpan.FromSeconds(1)); // Warm-up.
                var (one, bytes) = await MeasureAsync(run, 1, Span);
                var (two, _) = await MeasureAsync(run, 2, Span);
                Console.WriteLine($"{name,-28}{one,12:N0}/s{two,12:N0}/s{bytes / 1024.0,10:N1} KiB");
            }
        }
        finally
        {
            Load();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>From JSON text to a program that can be started.</summary>
    private static void Load()
    {
        var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new
        {
            definitionId = "long",
            name = "long",
            root = new
            {
                id = "fc",
                type = "Elsa.Flowchart",
                activities = Enumerable.Range(1, 1000).Select(number => new { id = $"a{number}", type = "Elsa.WriteLine", text = new { typeName = "String", expression = new { type = "Literal", value = "x" } } }),
                connections = Enumerable.Range(1, 999).Select(number => new { source = new { activity = $"a{number}", port = "Done" }, target = new { activity = $"a{number + 1}", port = "In" } }),
            },
        });
        var library = new Engine.Programs.ActivityLibrary([]);
        var times = new List<double>();
        for (var round = 0; round < 11; round++)
        {
            var watch = Stopwatch.StartNew();
            Engine.Programs.Program.Of(Engine.Definitions.DefinitionReader.Read(json).Definition!, library);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        var first = times[0];
        times.Sort();
        Console.WriteLine($"A definition of 1,000 activities is read and prepared in {times[5]:0.0} ms (the first time {first:0.0} ms)");
    }

    private static async Task<(double PerSecond, double Bytes)> MeasureAsync(Func<Task> run, int atOnce, TimeSpan span)
    {
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; watch.Elapsed < span; count++)
                await run();
            return count;
        })));
        var total = counts.Sum();
        return (total / watch.Elapsed.TotalSeconds, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)total);
    }
}
