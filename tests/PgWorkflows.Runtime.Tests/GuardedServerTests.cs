using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Runtime.Tests;

/// <summary>The cases in which the established tools restart or stop a healthy server, or kill a stranger: the guarded actions on real servers.</summary>
public sealed class GuardedServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-guarded-server-").FullName;

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_server_is_started_checked_recovered_and_stopped()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        var guarded = Installed(cluster);

        await Ends(guarded, ResourceAction.Restore, 0, 113504, 113500);
        await Ends(guarded, ResourceAction.QuickCheck, 0);
        await Ends(guarded, ResourceAction.DeepCheck, 0);
        var pid = cluster.Pid;
        await Ends(guarded, ResourceAction.Recover, 0, 113584, 113580);
        Assert.Equal(pid, cluster.Pid); // it was well: nothing was done

        await TemporaryCluster.SignalAsync("KILL", pid);
        await Until(() => PostmasterSight.Of(cluster.DataDirectory).IsGone); // dying takes a moment
        await Ends(guarded, ResourceAction.QuickCheck, 1, 113544);
        await Ends(guarded, ResourceAction.Recover, 0, 113584, 114007, 113580);
        Assert.NotEqual(pid, cluster.Pid);
        Assert.Equal("1", (await cluster.SqlAsync("select 1")).Trim());

        await Ends(guarded, ResourceAction.Remove, 0, 113524, 113520);
        Assert.False(File.Exists(cluster.PidFile));
        Assert.Equal(ResourceState.OSU, await guarded.States.GetAsync("main", None));
    }

    [Fact]
    public async Task A_healthy_server_whose_connections_are_all_taken_is_left_alone_with_its_sessions()
    {
        await using var cluster = await TemporaryCluster.StartedAsync("max_connections = 3", "superuser_reserved_connections = 0", "max_wal_senders = 0");
        var guarded = Installed(cluster);
        var sessions = new List<NpgsqlConnection>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                sessions.Add(new($"Host=127.0.0.1;Port={cluster.Port};Username=postgres;Database=template1;Pooling=false"));
                await sessions[^1].OpenAsync(None);
            }

            var pid = cluster.Pid;

            await Ends(guarded, ResourceAction.DeepCheck, 7, 114002);
            await Ends(guarded, ResourceAction.Recover, 7, 113584, 114002, 113581);

            Assert.Equal(pid, cluster.Pid);
            Assert.Equal(ResourceState.ISP, await guarded.States.GetAsync("main", None)); // checks go on
            foreach (var session in sessions)
            {
                await using var command = new NpgsqlCommand("select 1", session);
                Assert.Equal(1, await command.ExecuteScalarAsync(None));
            }
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
        }
    }

    [Fact]
    public async Task Another_server_in_place_of_ours_is_not_touched_and_ours_comes_back_when_it_has_gone()
    {
        await using var ours = await TemporaryCluster.CreateAsync();
        await using var other = await TemporaryCluster.StartedAsync();
        var port = other.Port.ToString(CultureInfo.InvariantCulture);
        var guarded = Installed(ours, resource => resource with { Port = other.Port, StartOptions = ["-p", port] });
        var pid = other.Pid;

        await Ends(guarded, ResourceAction.Recover, 10, 113584, 114005, 113581);
        Assert.Equal(pid, other.Pid);
        Assert.False(File.Exists(ours.PidFile));

        await TemporaryCluster.SignalAsync("INT", pid);
        await Until(() => !File.Exists(other.PidFile));
        await Ends(guarded, ResourceAction.Recover, 0, 113584, 114007, 113580);
    }

    [Fact]
    public async Task A_frozen_postmaster_gets_no_signal_from_us_and_serves_on_when_it_is_let_go()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var guarded = Installed(cluster, resource => resource with { ProbeLimit = TimeSpan.FromSeconds(1) });
        var pid = cluster.Pid;
        await TemporaryCluster.SignalAsync("STOP", pid);

        await Ends(guarded, ResourceAction.DeepCheck, 9, 114004);
        await Ends(guarded, ResourceAction.Recover, 9, 113584, 114004, 113581);

        await TemporaryCluster.SignalAsync("CONT", pid);
        await Ends(guarded, ResourceAction.DeepCheck, 0); // pending signals would have taken it down
        Assert.Equal(pid, cluster.Pid);
    }

    [Theory]
    [InlineData(ResourceProfile.Documented)]
    [InlineData(ResourceProfile.Guarded)]
    public async Task A_stale_pid_that_is_another_process_by_now_is_never_signalled(ResourceProfile profile)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var installation = Installed(cluster, resource => resource with { Profile = profile });
        var pid = cluster.Pid;
        await TemporaryCluster.SignalAsync("KILL", pid);
        using var stranger = BackgroundProcess.Start("/", "/bin/sleep", "300");
        var lines = await File.ReadAllLinesAsync(cluster.PidFile, None);
        await File.WriteAllLinesAsync(cluster.PidFile, [stranger.Id.ToString(CultureInfo.InvariantCulture), .. lines.Skip(1)], None);

        Assert.Equal(0, (await Run(installation, ResourceAction.Remove)).ReturnValue);
        Assert.True(stranger.IsAlive);
        Assert.Equal(0, (await Run(installation, ResourceAction.Restore)).ReturnValue);
        Assert.NotEqual(stranger.Id, cluster.Pid);
        Assert.Equal(0, (await Run(installation, ResourceAction.Recover)).ReturnValue);
        Assert.Equal(0, (await Run(installation, ResourceAction.Remove)).ReturnValue);
        Assert.True(stranger.IsAlive);
    }

    [Fact]
    public async Task A_wrong_password_stops_nothing()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        var rules = Path.Combine(cluster.DataDirectory, "pg_hba.conf");
        await File.WriteAllTextAsync(rules, "host all locked 127.0.0.1/32 scram-sha-256\n" + await File.ReadAllTextAsync(rules, None), None);
        await cluster.StartAsync("-p", cluster.Port.ToString(CultureInfo.InvariantCulture));
        await cluster.SqlAsync("create role locked login password 'right'");
        var guarded = Installed(cluster, resource => resource with { User = "locked", PassFile = "/dev/null" });
        var pid = cluster.Pid;

        await Ends(guarded, ResourceAction.Recover, 8, 113584, 114003, 113581);

        Assert.Equal(pid, cluster.Pid);
    }

    [Fact]
    public async Task A_recovery_that_is_held_open_is_waited_for_and_never_begun_anew()
    {
        await using var cluster = await TemporaryCluster.CreateAsync("max_connections = 100"); // as the cluster was made with: recovery insists
        var gate = Path.Combine(cluster.DataDirectory, "gate");
        var script = Path.Combine(cluster.DataDirectory, "wait.sh"); // the directory's name is not for a shell
        await TestCommand.RunAsync("/bin/sh", "-c", """printf 'while [ ! -e gate ]; do sleep 0.05; done; exit 1\n' >"$1"; : >"$2/recovery.signal" """, "sh", script, cluster.DataDirectory);
        await File.AppendAllLinesAsync(Path.Combine(cluster.DataDirectory, "postgresql.conf"), ["restore_command = 'sh wait.sh'"], None);
        await TestCommand.RunAsync(cluster.Program("pg_ctl"), "start", "-D", cluster.DataDirectory, "-W", "-l", cluster.Resource.LogFile, "-o", $"-p {cluster.Port}");
        await Until(() => PostmasterPidFile.Read(cluster.DataDirectory)?.Status == "starting");
        var guarded = Installed(cluster, resource => resource with { PollInterval = TimeSpan.FromMilliseconds(100), PollRepeats = 10 });
        var pid = cluster.Pid;

        await Ends(guarded, ResourceAction.QuickCheck, 6, 114001);
        await Ends(guarded, ResourceAction.Recover, 3, 113584, 114010, 113581); // nothing moves for a second: told, and left alone
        Assert.Equal(pid, cluster.Pid);
        Assert.Equal(ResourceState.ISP, await guarded.States.GetAsync("main", None));

        var patient = Installed(cluster, resource => resource with { PollInterval = TimeSpan.FromMilliseconds(100), PollRepeats = 300 }, "patient");
        var recovering = Run(patient, ResourceAction.Recover);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, None);
        Assert.False(recovering.IsCompleted);
        await TestCommand.RunAsync("/bin/sh", "-c", """: >"$1" """, "sh", gate);

        var (returnValue, _, texts) = await recovering;
        Assert.True(returnValue == 0, texts + await File.ReadAllTextAsync(cluster.Resource.LogFile, None));
        Assert.Equal(pid, cluster.Pid);
    }

    [Fact]
    public async Task A_stop_is_not_believed_while_the_postmaster_is_there()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var script = new Script([ServiceStatus.Stopped]);
        using var harness = new ActionHarness(script, ResourceState.ISP, resource => GuardedAnswers.Guarded(resource) with { DataDirectory = cluster.DataDirectory });

        var seen = await harness.RunAsync(ResourceAction.Remove, None);

        Assert.Equal("113524 114008 113521", string.Join(' ', seen.EventIds));
        Assert.Contains($"process {cluster.Pid} is the postmaster", seen.Events[1], StringComparison.Ordinal);
        Assert.Equal((3, ResourceState.OSF, TimeSpan.FromSeconds(60)), (seen.ReturnValue, seen.State, seen.Took));
    }

    private Installation Installed(TemporaryCluster cluster, Func<Resource, Resource>? configure = null, string name = "data")
    {
        var resource = cluster.Resource with { Profile = ResourceProfile.Guarded, PollInterval = TimeSpan.FromMilliseconds(200) };
        return new([configure?.Invoke(resource) ?? resource], Path.Combine(_folder, name), TimeProvider.System);
    }

    private static async Task Ends(Installation installation, ResourceAction action, int returnValue, params int[] events)
    {
        var (value, logged, texts) = await Run(installation, action);
        Assert.True(returnValue == value && logged.SequenceEqual(events), $"{action.Name} ended with {value}: {texts}");
    }

    private static async Task<(int? ReturnValue, IReadOnlyList<int> Events, string Texts)> Run(Installation installation, ResourceAction action)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(None);
        enough.CancelAfter(TimeSpan.FromSeconds(60)); // a run that waits for ever is interrupted, which is none of the ends expected here
        var outcome = await installation.Runner.RunAsync(new("main", action, new("test", "a test")), new Unwatched(), enough.Token);
        var ended = Assert.IsType<ActionOutcome.Ended>(outcome);
        var run = (await installation.History.FindAsync(ended.RunId, None))[0];
        var events = (await installation.History.EventsAsync(run.Id, null, 100, None)).Reverse().ToList();
        return (run.ReturnValue, [.. events.Select(e => e.Id)], string.Join('\n', events.Select(e => $"{e.Id} {e.Text}")));
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
}
