using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using PgWorkflows.Testing;

namespace PgWorkflows.Bench;

/// <summary>The server as an operator feels it: how soon it answers, what it keeps in memory, how fast lists and Studio come.</summary>
internal static class ServerFigures
{
    private const int Starts = 7;

    public static async Task RunAsync()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        await StartsAsync();
        await using var server = await TestServer.StartAsync(cluster.Resource);
        using var client = server.CreateClient();
        await MemoryAsync(server, client);
        await Lists.RunAsync(server, client);
        await FirstView.RunAsync(server);
    }

    private static async Task StartsAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pgw-bench-").FullName;
        var first = await StartAsync(folder);
        var times = new List<double>();
        for (var round = 0; round < Starts; round++)
            times.Add(await StartAsync(folder));
        Directory.Delete(folder, recursive: true);
        times.Sort();
        Console.WriteLine($"\nServer, process start to first request answered: {times[Starts / 2]:N0} ms (median of {Starts}; {times[0]:N0}–{times[^1]:N0}); the very first, which makes the history: {first:N0} ms (goal: under 1,000)");
    }

    /// <summary>Asks until an answer comes, as a load balancer would.</summary>
    private static async Task<double> StartAsync(string folder)
    {
        const string address = "http://127.0.0.1:5499";
        var watch = Stopwatch.StartNew();
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pgw-server"), [$"--urls={address}", $"--PgWorkflows:Data={folder}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
#pragma warning disable RS0030 // What is measured is a process, from outside.
        using var process = Process.Start(info)!;
#pragma warning restore RS0030
        using var client = new HttpClient();
        while (true)
        {
            try
            {
                (await client.GetAsync(new Uri(address + "/health"))).EnsureSuccessStatusCode();
                break;
            }
            catch (HttpRequestException) when (watch.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }

        var took = watch.Elapsed.TotalMilliseconds;
        process.Kill();
        await process.WaitForExitAsync();
        return took;
    }

    private static async Task MemoryAsync(TestServer server, HttpClient client)
    {
        var watch = Stopwatch.StartNew();
        var checks = 0;
        while (watch.Elapsed < TimeSpan.FromMinutes(1))
        {
            using var run = await client.PostAsJsonAsync("/elsa/api/workflow-definitions/quickCheck/execute", new { input = new Dictionary<string, string> { ["Resource"] = "main" } });
            run.EnsureSuccessStatusCode();
            checks++;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }

        Console.WriteLine($"Server, resident memory after a minute with {checks} checks: {Resident(server.Pid):N0} MiB (goal: under 120)");
    }

    private static double Resident(int pid) => File.ReadLines($"/proc/{pid}/status").Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024).Single();
}
