using System.Diagnostics;

namespace PgWorkflows.Bench;

/// <summary>From the start of a process to its first finished workflow, stored in a new SQLite history; and the process's peak memory.</summary>
internal static class ColdStart
{
    private const int Rounds = 7;

    public static async Task RunAsync()
    {
        var times = new List<double>();
        var peaks = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var folder = Directory.CreateTempSubdirectory("pgw-bench-").FullName;
            var watch = Stopwatch.StartNew();
            var info = new ProcessStartInfo(Environment.ProcessPath!, ["first-workflow", folder]) { RedirectStandardOutput = true };
#pragma warning disable RS0030 // What is measured is a process, from outside.
            using var process = Process.Start(info)!;
#pragma warning restore RS0030
            var line = await process.StandardOutput.ReadLineAsync();
            times.Add(watch.Elapsed.TotalMilliseconds);
            await process.WaitForExitAsync();
            peaks.Add(double.Parse(line!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
            Directory.Delete(folder, recursive: true);
        }

        times.Sort();
        peaks.Sort();
        Console.WriteLine($"\nProcess start to first finished workflow, stored in SQLite: {times[Rounds / 2]:N0} ms (median of {Rounds}; {times[0]:N0}–{times[^1]:N0}), peak memory {peaks[Rounds / 2]:N0} MiB");
    }

    public static async Task<int> FirstWorkflowAsync(string folder)
    {
        var chain = new Chain();
        var (runs, stored) = await chain.OpenAsync(folder);
        await chain.RunStoredAsync(runs, stored);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine($"finished {self.PeakWorkingSet64 / 1024.0 / 1024.0:0.0}");
        return 0;
    }
}
