using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Npgsql;
using PgWorkflows.Testing;

namespace PgWorkflows.Bench;

/// <summary>What happens by itself: how soon a killed server answers again, what idling costs, how many checks a second are kept up.</summary>
internal static class Protection
{
    private const int Kills = 15;
    private const int KillsByTimer = 8;

    public static async Task RunAsync()
    {
        await KillsAsync("npgsql, noticed at once", Kills, entry => entry["client"] = "npgsql");
        await KillsAsync("psql, noticed at once", Kills, _ => { });
        await KillsAsync("npgsql, by a timer of 1 s", KillsByTimer, entry =>
        {
            entry["client"] = "npgsql";
            entry["instantDetection"] = "off";
            entry["quickCheckInterval"] = "00:00:01";
        });
        await IdleAsync();
        await SustainedAsync();
    }

    /// <summary>SIGKILL to the postmaster, until a new connection gets an answer to <c>select 1</c>.</summary>
    private static async Task KillsAsync(string how, int kills, Action<JsonObject> configure)
    {
        await using var cluster = await TemporaryCluster.StartedAsync("fsync = on"); // Clusters of tests do without.
        var entry = Entry(cluster, "main");
        entry["profile"] = "guarded";
        entry["recoveryBudget"] = 100;
        configure(entry);
        await using var server = await TestServer.StartAsync(new JsonArray(entry));
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        var times = new List<double>();
        for (var kill = 0; kill < kills; kill++)
        {
            var pid = cluster.Pid;
            var watch = Stopwatch.StartNew();
            Signals.Kill(pid);
            await AnswersAsync(cluster.Port, watch);
            times.Add(watch.Elapsed.TotalMilliseconds);
            await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System); // The recovery ends, and the new server is watched.
        }

        times.Sort();
        Console.WriteLine($"SIGKILL of the postmaster to 'select 1' ({how}): {times[times.Count / 2]:N0} ms (median of {times.Count}; {times[0]:N0}–{times[^1]:N0})");
    }

    private static async Task AnswersAsync(int port, Stopwatch watch)
    {
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Pooling=false;Timeout=5");
                await connection.OpenAsync();
                await using var command = new NpgsqlCommand("select 1", connection);
                await command.ExecuteScalarAsync();
                return;
            }
            catch (NpgsqlException) when (watch.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            }
        }
    }

    /// <summary>Twenty services behind a service manager, at their default intervals and nobody looking: the processor time of the server itself over a minute.</summary>
    private static async Task IdleAsync()
    {
        using var services = await RunningServices.CreateAsync(20);
        await using var server = await TestServer.StartAsync(services.Entries);
        await Task.Delay(TimeSpan.FromSeconds(15), TimeProvider.System); // Every check is due at the start; what is measured comes after.
        using var process = Process.GetProcessById(server.Pid);
        var before = process.TotalProcessorTime;
        await Task.Delay(TimeSpan.FromMinutes(1), TimeProvider.System);
        process.Refresh();
        var used = process.TotalProcessorTime - before;
        Console.WriteLine($"Idle with 20 resources at default intervals: {used.TotalMilliseconds / 600:N2} % of a core over a minute, {process.WorkingSet64 / 1048576.0:N0} MiB resident");
    }

    /// <summary>Two hundred resources whose quickCheck is due every second: how many are made, and whether any falls behind.</summary>
    private static async Task SustainedAsync()
    {
        const int resources = 200, seconds = 30;
        using var services = await RunningServices.CreateAsync(resources);
        foreach (var entry in services.Entries)
        {
            entry!["quickCheckInterval"] = "00:00:01";
            entry["deepCheckInterval"] = "01:00:00";
        }

        await using var server = await TestServer.StartAsync(services.Entries);
        await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System); // The deep checks of the start are over.
        using var process = Process.GetProcessById(server.Pid);
        var (before, begun) = (process.TotalProcessorTime, TimeProvider.System.GetUtcNow());
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        process.Refresh();
        var used = process.TotalProcessorTime - before;

        await using var history = new SqliteConnection($"Data Source={Path.Combine(server.Data, "history.db")};Mode=ReadOnly");
        await history.OpenAsync();
        await using var command = history.CreateCommand();
        command.CommandText = $"select count(*) || ' ' || count(distinct resource) || ' ' || min(per) from (select resource, count(*) over (partition by resource) as per from workflow_instance where action = 'quickCheck' and result = 'Succeeded' and created_at between {Micro(begun)} and {Micro(begun.AddSeconds(seconds))})";
        var counted = ((string)(await command.ExecuteScalarAsync())!).Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        Console.WriteLine($"{resources} resources checked every second: {counted[0] / seconds:N0} quickChecks/s over {seconds} s, the slowest resource {counted[2] / seconds:N2}/s; {used.TotalSeconds / seconds * 100:N0} % of a core");
    }

    private static long Micro(DateTimeOffset moment) => (moment.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private static JsonObject Entry(TemporaryCluster cluster, string name) => new()
    {
        ["name"] = name,
        ["serviceControl"] = "pg_ctl",
        ["service"] = name,
        ["dataDirectory"] = cluster.DataDirectory,
        ["binDirectory"] = PostgresInstallation.BinDirectory,
        ["port"] = cluster.Port,
        ["startOptions"] = new JsonArray("-p", cluster.Port.ToString(CultureInfo.InvariantCulture)),
        ["logFile"] = Path.Combine(cluster.DataDirectory, "pg_ctl.log"),
        ["initialState"] = "ISP",
        ["osUser"] = PostgresInstallation.OsUser,
    };
}
