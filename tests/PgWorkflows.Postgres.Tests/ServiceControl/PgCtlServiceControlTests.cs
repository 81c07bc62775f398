using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

/// <summary>pg_ctl's row of actions.md, decision 16, and the faults of peers.md, on real servers.</summary>
[Trait("Category", "Process")]
public sealed class PgCtlServiceControlTests
{
    private readonly PgCtlServiceControl _control = new(new CommandRunner(TimeProvider.System), TimeProvider.System);

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_is_started_queried_and_stopped()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();

        await HasStatus(ServiceStatus.Stopped, cluster.Resource);
        var start = await _control.StartAsync(cluster.Resource, None);
        Assert.True(start.Succeeded, start.Detail);
        Assert.Contains($"server process {cluster.Pid} is", start.Detail, StringComparison.Ordinal);
        await Reaches(ServiceStatus.Running, cluster.Resource);
        Assert.Equal("1", (await cluster.SqlAsync("select 1")).Trim());

        var stop = await _control.StopAsync(cluster.Resource, None);
        Assert.True(stop.Succeeded, stop.Detail);
        Assert.Equal($"pg_ctl stop -D {cluster.DataDirectory} -m fast -W", stop.Evidence.Command);
        await Reaches(ServiceStatus.Stopped, cluster.Resource);
    }

    [Fact]
    public async Task A_resource_as_configured_needs_no_more_than_five_lines_to_be_started()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["PgWorkflows:Resources:0:name"] = "main",
            ["PgWorkflows:Resources:0:serviceControl"] = "pg_ctl",
            ["PgWorkflows:Resources:0:dataDirectory"] = cluster.DataDirectory,
            ["PgWorkflows:Resources:0:port"] = $"{cluster.Port}",
            // Found by itself where PostgreSQL is in its usual place; here it may be elsewhere.
            ["PgWorkflows:Resources:0:binDirectory"] = PostgresInstallation.BinDirectory.StartsWith("/usr/lib/", StringComparison.Ordinal) ? null : PostgresInstallation.BinDirectory,
        }).Build();
        var resource = Assert.Single(Assert.IsType<ResourceConfiguration.Valid>(ResourceConfiguration.Read(configuration, "memory")).Resources);

        Assert.Equal((PostgresInstallation.BinDirectory, PostgresInstallation.OsUser), (resource.BinDirectory, resource.OsUser));
        var start = await _control.StartAsync(resource, None);

        Assert.True(start.Succeeded, start.Evidence.Output);
        await Reaches(ServiceStatus.Running, resource);
    }

    [Fact]
    public async Task A_start_that_fails_says_what_the_server_wrote_into_its_log()
    {
        await using var cluster = await TemporaryCluster.CreateAsync("shared_bufers = 4MB");

        var start = await _control.StartAsync(cluster.Resource, None);

        Assert.False(start.Succeeded);
        Assert.Contains("unrecognized configuration parameter \"shared_bufers\"", start.Evidence.Output, StringComparison.Ordinal);
        Assert.Contains(cluster.Resource.LogFile, start.Evidence.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_has_not_written_its_status_yet_is_starting()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var lines = await File.ReadAllLinesAsync(cluster.PidFile, None);
        await File.WriteAllLinesAsync(cluster.PidFile, lines.Take(7), None);

        await HasStatus(ServiceStatus.StartPending, cluster.Resource);
    }

    [Fact]
    public async Task A_second_start_fails_and_leaves_the_server_alone()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var pid = cluster.Pid;

        var start = await _control.StartAsync(cluster.Resource, None);

        Assert.False(start.Succeeded);
        Assert.Equal(1, start.Evidence.ExitCode);
        Assert.Equal(pid, cluster.Pid);
        await HasStatus(ServiceStatus.Running, cluster.Resource);
    }

    [Fact]
    public async Task A_stop_of_a_stopped_server_fails_with_pg_ctls_own_words()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();

        var stop = await _control.StopAsync(cluster.Resource, None);

        Assert.False(stop.Succeeded);
        Assert.Contains("Is server running?", stop.Evidence.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_cannot_work_fails_long_before_its_limit()
    {
        await using var cluster = await TemporaryCluster.CreateAsync("shared_buffers = nonsense");

        var start = await _control.StartAsync(cluster.Resource, None);

        Assert.False(start.Succeeded);
        Assert.Equal(1, start.Evidence.ExitCode);
        Assert.Contains("could not start server", start.Evidence.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_is_no_cluster_has_no_value()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();

        var query = await _control.QueryAsync(cluster.Resource with { DataDirectory = "/usr" }, None);

        Assert.Null(query.Status);
        Assert.Contains("exit code 4", query.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_server_is_stopped_at_once_and_starts_again()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var pid = cluster.Pid;

        await TemporaryCluster.SignalAsync("KILL", pid);

        // Its parent may not have noticed yet; pg_ctl alone would say that it runs.
        await Reaches(ServiceStatus.Stopped, cluster.Resource);

        await StartsAgain(cluster, pid);
    }

    [Fact]
    public async Task A_process_that_a_killed_server_has_left_is_waited_for_and_never_signalled()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var client = BusyClient(cluster);
        var left = await BusyBackendAsync(cluster);
        var pid = cluster.Pid;
        await TemporaryCluster.SignalAsync("KILL", pid);
        await Reaches(ServiceStatus.Stopped, cluster.Resource);

        var refused = await _control.StartAsync(cluster.Resource with { StartLimit = TimeSpan.FromSeconds(0.5) }, None);
        Assert.False(refused.Succeeded);
        Assert.Contains($"(kill {left})", refused.Evidence.Output, StringComparison.Ordinal);
        Assert.Contains(left, BackgroundProcess.In(cluster.DataDirectory));

        var starting = _control.StartAsync(cluster.Resource, None);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, None);
        Assert.False(starting.IsCompleted);
        await TemporaryCluster.SignalAsync("KILL", left);
        var started = await starting;
        Assert.True(started.Succeeded, started.Evidence.Output);
        await Reaches(ServiceStatus.Running, cluster.Resource);
        Assert.NotEqual(pid, cluster.Pid);
    }

    [Fact]
    public async Task A_pid_file_of_a_dead_process_does_not_matter()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        int dead;
        using (var process = BackgroundProcess.Start("/", "/bin/sleep", "60"))
            dead = process.Id;
        await WritePidFile(cluster, dead);

        await HasStatus(ServiceStatus.Stopped, cluster.Resource);
        await StartsAgain(cluster, dead);
    }

    [Theory]
    [InlineData("/")]
    [InlineData(null)] // in the data directory itself
    public async Task A_pid_that_is_another_process_by_now_keeps_nobody_from_starting_and_gets_no_signal(string? directory)
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        using var stranger = BackgroundProcess.Start(directory ?? cluster.DataDirectory, "/bin/sleep", "300");
        await WritePidFile(cluster, stranger.Id);

        await HasStatus(ServiceStatus.Stopped, cluster.Resource);
        var stop = await _control.StopAsync(cluster.Resource, None);
        Assert.False(stop.Succeeded);
        Assert.Null(stop.Evidence.ExitCode);
        Assert.Contains($"process {stranger.Id} is sleep", stop.Detail, StringComparison.Ordinal);

        await StartsAgain(cluster, stranger.Id);
        Assert.True(stranger.IsAlive);
    }

    [Fact]
    public async Task A_zombie_postmaster_is_stopped_and_does_not_keep_the_server_from_starting()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        // sleep takes the shell's place and never asks for the exit code of the shell's child.
        using var parent = BackgroundProcess.Start(
            "/", "/bin/sh", "-c", "\"$0\" -D \"$1\" -p \"$2\" >/dev/null 2>&1 & exec sleep 300",
            cluster.Program("postgres"), cluster.DataDirectory, cluster.Port.ToString(CultureInfo.InvariantCulture));
        // Before its status line is written the table says Running, after that starting: wait for the end of the start.
        await Until(() => PostmasterPidFile.Read(cluster.DataDirectory)?.Status == "ready");
        await HasStatus(ServiceStatus.Running, cluster.Resource);
        var pid = cluster.Pid;

        await TemporaryCluster.SignalAsync("KILL", pid);
        await Until(() => ProcessStat.Read(pid) is { IsZombie: true });

        var query = await _control.QueryAsync(cluster.Resource, None);
        Assert.Equal(0, query.Evidence.ExitCode); // pg_ctl is deceived
        Assert.Equal((ServiceStatus.Stopped, $"pg_ctl status: process {pid} has died (zombie)"), (query.Status, query.Detail));
        Assert.False((await _control.StopAsync(cluster.Resource, None)).Succeeded);
        await StartsAgain(cluster, pid);
        Assert.True(ProcessStat.Read(pid) is { IsZombie: true }, "the zombie was there to the end");
    }

    [Fact]
    public async Task A_frozen_server_is_running_and_takes_the_stop()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        await TemporaryCluster.SignalAsync("STOP", cluster.Pid);

        await HasStatus(ServiceStatus.Running, cluster.Resource);
        var stop = await _control.StopAsync(cluster.Resource, None);
        Assert.True(stop.Succeeded, stop.Detail);

        await TemporaryCluster.SignalAsync("CONT", cluster.Pid);
        await Reaches(ServiceStatus.Stopped, cluster.Resource);
    }

    [Fact]
    public async Task A_cancelled_start_ends_pg_ctl_and_not_the_server()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        using var cancellation = new CancellationTokenSource();
        var running = _control.StartAsync(cluster.Resource, cancellation.Token);
        await Until(() => File.Exists(cluster.PidFile));

        await cancellation.CancelAsync();

        // Whichever came first; the server is not taken down with the command.
        var exception = await Record.ExceptionAsync(() => running);
        Assert.True(exception is null or OperationCanceledException, exception?.ToString());
        await Reaches(ServiceStatus.Running, cluster.Resource);
    }

    [Fact]
    public async Task Start_options_are_data_for_the_shell_too()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        var name = "it's $HOME `id` \"x\" ; echo \\";
        var resource = cluster.Resource with { StartOptions = ["-p", $"{cluster.Port}", "-c", $"cluster_name={name}"] };

        var start = await _control.StartAsync(resource, None);

        Assert.True(start.Succeeded, start.Evidence.Output);
        await Reaches(ServiceStatus.Running, resource);
        Assert.Equal(name, (await cluster.SqlAsync("show cluster_name")).Trim());
    }

    [Fact]
    public async Task The_port_of_a_server_with_an_odd_path_is_found()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();

        var result = await new CommandRunner(TimeProvider.System).RunAsync(PgCtl.Status(cluster.Resource), None);

        Assert.Equal(cluster.Port, PostmasterPort.Find(result.Stdout));
    }

    [Fact]
    public async Task A_postmaster_is_recognised_through_a_symbolic_link_and_whatever_the_files_start_time_says()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var link = Path.Combine(Path.GetTempPath(), $"pgw-link-{Guid.NewGuid():N}");
        Directory.CreateSymbolicLink(link, cluster.DataDirectory);
        try
        {
            var file = PostmasterPidFile.Read(link)!;

            var alive = PostmasterProcess.Find(file, link);
            var clockWasSet = PostmasterProcess.Find(file with { StartTime = file.StartTime!.Value.AddHours(-3) }, link);

            Assert.Equal(new(PostmasterVerdict.Alive, $"process {cluster.Pid} is the postmaster"), alive);
            Assert.Equal(PostmasterVerdict.Alive, clockWasSet.Verdict);
            Assert.Contains("; it started at ", clockWasSet.Detail, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(link);
        }
    }

    private async Task StartsAgain(TemporaryCluster cluster, int formerPid)
    {
        var start = await _control.StartAsync(cluster.Resource, None);
        Assert.True(start.Succeeded, $"{start.Detail} {start.Evidence.Output}");
        Assert.NotEqual(formerPid, cluster.Pid);
        await Reaches(ServiceStatus.Running, cluster.Resource);
        await Until(() => PostmasterPidFile.Read(cluster.DataDirectory)?.Status == "ready");
        Assert.Equal("1", (await cluster.SqlAsync("select 1")).Trim());
    }

    /// <summary>A session in the middle of a computation: it looks neither at its client nor at its postmaster.</summary>
    private static BackgroundProcess BusyClient(TemporaryCluster cluster) => BackgroundProcess.Start("/", cluster.Program("psql"),
        "-X", "-h", "127.0.0.1", "-p", $"{cluster.Port}", "-d", "template1", "-c", "do 'begin loop end loop; end'");

    private static async Task<int> BusyBackendAsync(TemporaryCluster cluster)
    {
        while (true)
        {
            if ((await cluster.SqlAsync("select pid from pg_stat_activity where query like 'do %' and state = 'active'")).Trim() is { Length: > 0 } pid)
                return int.Parse(pid, CultureInfo.InvariantCulture);
        }
    }

    private async Task HasStatus(ServiceStatus status, Resource resource)
    {
        var query = await _control.QueryAsync(resource, None);
        Assert.True(status == query.Status, $"{status} was expected: {query.Detail}");
    }

    // Real servers need real time; the limit is for a test that would fail anyway.
    private async Task Reaches(ServiceStatus status, Resource resource)
    {
        var clock = Stopwatch.StartNew();
        ServiceQuery query;
        while ((query = await _control.QueryAsync(resource, None)).Status != status && clock.Elapsed < TimeSpan.FromSeconds(20))
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, None);
        Assert.True(status == query.Status, $"{status} was expected: {query.Detail}");
    }

    private static async Task Until(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "waited for 20 s in vain");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, None);
        }
    }

    private static async Task WritePidFile(TemporaryCluster cluster, int pid)
    {
        // Root may not write what another user owns in a sticky directory, so the owner makes it.
        await TestCommand.RunAsync("/bin/sh", "-c", """printf '%s\n' "$1" "$2" "$3" "$4" "" 127.0.0.1 "    12345     6" ready >"$5" """,
            "sh", $"{pid}", cluster.DataDirectory, "1795340659", $"{cluster.Port}", cluster.PidFile);
    }
}
