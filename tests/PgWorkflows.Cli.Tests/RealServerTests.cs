using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Cli.Tests;

/// <summary>The five actions on a real PostgreSQL, through pg_ctl, as an operator runs them.</summary>
[Trait("Category", "Process")]
public sealed class RealServerTests
{
    public static TheoryData<string> Clients => ["psql", "npgsql"];

    [Theory, MemberData(nameof(Clients))]
    public async Task Starts_checks_recovers_and_stops_a_server(string client)
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        using var pgw = new Pgw(Entry(cluster, client));
        await pgw.RunAsync("state", "main", "OSU");

        Assert.Equal("skipped", (await ResultAsync(pgw, "quickCheck")).ToLowerInvariant());
        Assert.Equal("Succeeded ISP", await ResultAsync(pgw, "restore") + " " + await StateAsync(pgw));
        Assert.Equal("Succeeded", await ResultAsync(pgw, "quickCheck"));
        Assert.Equal("Succeeded", await ResultAsync(pgw, "deepCheck"));

        await TemporaryCluster.SignalAsync("KILL", cluster.Pid);
        var failed = await pgw.RunAsync("quickCheck", "main", "--json");
        Assert.Equal((1, 113544), (failed.ExitCode, failed.Json.GetProperty("events")[0].GetProperty("id").GetInt32()));
        Assert.Equal(1, (await pgw.RunAsync("deepCheck", "main")).ExitCode);
        Assert.Equal("Succeeded", await ResultAsync(pgw, "recover"));
        Assert.Equal("1", (await cluster.SqlAsync("select 1")).Trim());

        Assert.Equal("Succeeded", await ResultAsync(pgw, "recover")); // Of a running server, too: stop, then start.
        Assert.Equal("Succeeded OSU", await ResultAsync(pgw, "remove") + " " + await StateAsync(pgw));
        Assert.False(File.Exists(cluster.PidFile));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_wrong_port_is_113004_and_return_value_4(string client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var entry = Entry(cluster, client);
        entry["port"] = cluster.Port == 65535 ? 1024 : cluster.Port + 1;
        using var pgw = new Pgw(entry);

        var checkedDeeply = await pgw.RunAsync("deepCheck", "main", "--json");

        Assert.Equal(4, checkedDeeply.ExitCode);
        Assert.Equal([113004], EventIds(checkedDeeply.Json));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_wrong_password_is_no_connection_and_never_shown(string client)
    {
        var canary = $"canary-{Environment.ProcessId}"; // The same test may run beside this one in another language.
        await using var cluster = await TemporaryCluster.StartedAsync();
        await cluster.SqlAsync("alter role postgres password 'another'");
        await File.WriteAllTextAsync(Path.Combine(cluster.DataDirectory, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n", TestContext.Current.CancellationToken);
        await TemporaryCluster.SignalAsync("HUP", cluster.Pid);
        var passFile = Path.Combine(cluster.DataDirectory, "passfile");
        await TestCommand.RunAsync("/bin/sh", "-c", "umask 077; printf '%s\\n' \"$1\" > \"$2\"", "sh", $"*:*:*:*:{canary}", passFile);
        var entry = Entry(cluster, client);
        entry["passFile"] = passFile;
        using var pgw = new Pgw(entry);

        var watched = new List<string>();
        using var watching = new CancellationTokenSource();
        var watch = Task.Run(() => WatchArguments(watched, watching.Token), TestContext.Current.CancellationToken);
        var ended = await pgw.RunAsync("deepCheck", "main", "--json");
        var shown = await pgw.RunAsync("show", "last");
        await watching.CancelAsync();
        await watch;

        Assert.Equal(5, ended.ExitCode);
        Assert.Equal([113000, 113564], EventIds(ended.Json));
        Assert.Contains("password authentication failed", ended.Json.GetProperty("events")[0].GetProperty("text").GetString());
        var everything = string.Join('\n', ended.Stdout, ended.Stderr, shown.Stdout, shown.Stderr, string.Join('\n', watched))
            + string.Concat(Directory.GetFiles(pgw.Folder, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.DoesNotContain(canary, everything);
        if (client == "psql")
            Assert.Contains(watched, line => line.Contains("psql", StringComparison.Ordinal) && line.Contains("\\dS", StringComparison.Ordinal)); // It looked while psql ran.
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task All_connection_slots_taken_is_no_connection_in_the_servers_own_words(string client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync("max_connections = 3", "superuser_reserved_connections = 0", "max_wal_senders = 0");
        using var pgw = new Pgw(Entry(cluster, client));
        await using var sessions = Npgsql.NpgsqlDataSource.Create($"Host=127.0.0.1;Port={cluster.Port};Username=postgres;Database=template1;Pooling=false");
        await using var first = await sessions.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var second = await sessions.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var third = await sessions.OpenConnectionAsync(TestContext.Current.CancellationToken);

        var ended = await pgw.RunAsync("deepCheck", "main", "--json");

        Assert.Equal(5, ended.ExitCode);
        Assert.Contains("too many clients already", ended.Json.GetProperty("events")[0].GetProperty("text").GetString());
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_frozen_postmaster_ends_the_check_at_its_limit_and_leaves_no_process_behind(string client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var entry = Entry(cluster, client);
        entry["probeLimit"] = "00:00:01";
        using var pgw = new Pgw(entry);
        await TemporaryCluster.SignalAsync("STOP", cluster.Pid);

        var ended = await pgw.RunAsync("deepCheck", "main", "--json");

        await TemporaryCluster.SignalAsync("CONT", cluster.Pid);
        Assert.Equal(5, ended.ExitCode);
        Assert.Equal([113000, 113564], EventIds(ended.Json));
        Assert.DoesNotContain(ProcessLines(), line => line.Contains("psql", StringComparison.Ordinal) && line.Contains(cluster.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stale_postmaster_pid_whose_pid_belongs_to_another_process_of_the_same_user_does_not_harm_that_process()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var pgw = new Pgw(Entry(cluster, "psql"));
        var pidFile = await File.ReadAllLinesAsync(cluster.PidFile, TestContext.Current.CancellationToken);
        await TemporaryCluster.SignalAsync("KILL", cluster.Pid);
        using var innocent = BackgroundProcess.Start("/", "/bin/sleep", "1000");
        pidFile[0] = innocent.Id.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(cluster.PidFile, pidFile, TestContext.Current.CancellationToken);

        Assert.Equal(1, (await pgw.RunAsync("quickCheck", "main")).ExitCode);
        Assert.Equal("Succeeded", await ResultAsync(pgw, "recover"));
        Assert.Equal("1", (await cluster.SqlAsync("select 1")).Trim());
        Assert.Equal("Succeeded", await ResultAsync(pgw, "remove"));
        Assert.True(innocent.IsAlive);
    }

    [Fact]
    public async Task A_server_started_without_p_is_113003_and_the_history_says_which_setting_helps()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        await File.AppendAllLinesAsync(Path.Combine(cluster.DataDirectory, "postgresql.conf"), [$"port = {cluster.Port}"], TestContext.Current.CancellationToken);
        await cluster.StartAsync();
        using var pgw = new Pgw(Entry(cluster, "psql"));

        var missing = await pgw.RunAsync("deepCheck", "main", "--json");
        var step = missing.Json.GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("label").GetString() == "(4) port");
        Assert.Equal((4, "Missing"), (missing.ExitCode, step.GetProperty("outcome").GetString()));
        Assert.Contains("postmasterPid", step.GetProperty("text").GetString());

        var entry = Entry(cluster, "psql");
        entry["portSource"] = "postmasterPid";
        pgw.Configure(entry);
        Assert.Equal("Succeeded", await ResultAsync(pgw, "deepCheck"));
    }

    private static JsonObject Entry(TemporaryCluster cluster, string client)
    {
        var entry = Pgw.Entry(cluster.Resource with { InitialState = ResourceState.ISP });
        entry["client"] = client;
        return entry;
    }

    private static async Task<string> ResultAsync(Pgw pgw, string action)
    {
        var ended = await pgw.RunAsync(action, "main", "--json");
        var result = ended.Json.GetProperty("result").GetString()!;
        return result is "Succeeded" or "Skipped" ? result : ended.Stdout + ended.Stderr;
    }

    private static async Task<string?> StateAsync(Pgw pgw) => (await pgw.JsonAsync("state", "main")).GetProperty("state").GetString();

    private static IEnumerable<int> EventIds(JsonElement run) => run.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetInt32());

    private static void WatchArguments(List<string> lines, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
            lines.AddRange(ProcessLines().Except(lines));
    }

    private static List<string> ProcessLines()
    {
        var lines = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                lines.Add(File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' '));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }
        }

        return lines;
    }
}
