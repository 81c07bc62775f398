using System.Diagnostics;
using PgWorkflows.Testing;

namespace PgWorkflows.Bench;

/// <summary>The same checks as an operator or a script runs them, the start of the pgw process included.</summary>
internal static class WholeProcesses
{
    private const int Rounds = 20;

    public static async Task RunAsync(TemporaryCluster cluster)
    {
        var pgw = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "PgWorkflows.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "pgw"));
        var folder = Directory.CreateTempSubdirectory("pgw-bench-").FullName;
        try
        {
            Console.WriteLine($"\nWhole processes, median of {Rounds}");
            foreach (var client in new[] { "psql", "npgsql" })
            {
                var file = Path.Combine(folder, client + ".json");
                await File.WriteAllTextAsync(file, System.Text.Json.JsonSerializer.Serialize(new
                {
                    PgWorkflows = new
                    {
                        Resources = new[]
                        {
                            new { name = "main", serviceControl = "pg_ctl", dataDirectory = cluster.DataDirectory, binDirectory = cluster.Resource.BinDirectory, port = cluster.Port, client, initialState = "ISP" },
                        },
                    },
                }));
                foreach (var action in new[] { "quickCheck", "deepCheck" })
                {
                    var times = new List<double>();
                    for (var round = -2; round < Rounds; round++)
                    {
                        var took = await TimeAsync(pgw, action, "main", "--config", file, "--data", Path.Combine(folder, "data"));
                        if (round >= 0)
                            times.Add(took);
                    }

                    times.Sort();
                    Console.WriteLine($"pgw {action} by {client}: {times[Rounds / 2]:N0} ms ({times[0]:N0}–{times[^1]:N0})");
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> TimeAsync(string program, params string[] arguments)
    {
        var watch = Stopwatch.StartNew();
#pragma warning disable RS0030 // What is measured is a process, from outside.
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
#pragma warning restore RS0030
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
    }
}
