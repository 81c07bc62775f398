using System.Diagnostics;
using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.Watching;
using PgWorkflows.Testing;

namespace PgWorkflows.Postgres.Tests.Watching;

/// <summary>Real postmasters that die in every way; the clock is ours, so nothing here is found by looking again and again.</summary>
public sealed class PostmasterWatchTests
{
    private readonly FakeTime _time = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_death_of_a_postmaster_is_told_at_once_and_its_successor_is_watched()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var watch = new PostmasterWatch([cluster.Resource], _time);
        var first = cluster.Pid;
        Assert.Null(watch.Unavailable);
        Assert.Equal(first, watch.Watched("main"));

        var clock = Stopwatch.StartNew();
        await TemporaryCluster.SignalAsync("KILL", first);
        var death = await NextAsync(watch);

        Assert.Equal(new("main", first, _time.GetUtcNow()), death);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2)); // the process that sends the signal included
        Assert.Null(watch.Watched("main"));

        await GoneAsync(first); // pg_ctl takes a zombie for a server
        await cluster.StartAsync("-p", cluster.Port.ToString(CultureInfo.InvariantCulture));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(cluster.Pid, watch.Watched("main"));
        await TemporaryCluster.SignalAsync("KILL", cluster.Pid);
        Assert.Equal(cluster.Pid, (await NextAsync(watch)).Pid);
    }

    [Fact]
    public async Task A_server_that_somebody_stops_is_told_of_too_because_only_a_check_knows_whether_it_should_run()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var watch = new PostmasterWatch([cluster.Resource], _time);
        var pid = cluster.Pid;

        await TemporaryCluster.SignalAsync("INT", pid);

        Assert.Equal(pid, (await NextAsync(watch)).Pid);
    }

    [Fact]
    public async Task A_zombie_is_dead()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        // sleep takes the shell's place and never asks for the exit code of the shell's child.
        using var parent = BackgroundProcess.Start(
            "/", "/bin/sh", "-c", "\"$0\" -D \"$1\" -p \"$2\" >/dev/null 2>&1 & exec sleep 300",
            cluster.Program("postgres"), cluster.DataDirectory, cluster.Port.ToString(CultureInfo.InvariantCulture));
        using var watch = new PostmasterWatch([cluster.Resource], _time);
        await Until(() =>
        {
            watch.Look("main");
            return watch.Watched("main") is not null;
        });
        var pid = cluster.Pid;

        await TemporaryCluster.SignalAsync("KILL", pid);

        Assert.Equal(pid, (await NextAsync(watch)).Pid);
        Assert.True(ProcessStat.Read(pid) is { IsZombie: true }, "nobody has reaped it, and we neither: it is not our child");
    }

    [Fact]
    public async Task A_pid_that_belongs_to_another_process_is_never_watched()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var lines = await File.ReadAllLinesAsync(cluster.PidFile, None);
        await TemporaryCluster.SignalAsync("KILL", cluster.Pid);
        var stranger = BackgroundProcess.Start("/", "/bin/sleep", "300");
        await File.WriteAllLinesAsync(cluster.PidFile, [$"{stranger.Id}", .. lines.Skip(1)], None);

        using var watch = new PostmasterWatch([cluster.Resource], _time);
        Assert.Null(watch.Watched("main"));

        stranger.Dispose();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(watch.Watched("main"));
        await NothingAsync(watch);
    }

    [Fact]
    public async Task A_server_that_came_and_died_between_two_looks_is_told_of_at_the_second()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var watch = new PostmasterWatch([cluster.Resource], _time);
        var first = cluster.Pid;
        await TemporaryCluster.SignalAsync("KILL", first);
        await NextAsync(watch);
        await GoneAsync(first);
        await cluster.StartAsync("-p", cluster.Port.ToString(CultureInfo.InvariantCulture));
        var second = cluster.Pid;
        await TemporaryCluster.SignalAsync("KILL", second);
        await Until(() => ProcessStat.Read(second) is null or { IsZombie: true });

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(second, (await NextAsync(watch)).Pid);
        _time.Advance(TimeSpan.FromSeconds(5)); // the file is still there
        await NothingAsync(watch);
    }

    [Fact]
    public async Task A_stale_file_from_before_is_no_death()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var pid = cluster.Pid;
        await TemporaryCluster.SignalAsync("KILL", pid);
        await Until(() => ProcessStat.Read(pid) is null or { IsZombie: true });

        using var watch = new PostmasterWatch([cluster.Resource], _time);

        _time.Advance(TimeSpan.FromSeconds(3));
        await NothingAsync(watch);
    }

    [Fact]
    public async Task Who_does_not_want_it_is_not_watched()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();

        using var watch = new PostmasterWatch([cluster.Resource with { InstantDetection = false }], _time);

        Assert.Null(watch.Watched("main"));
        Assert.Equal(0, _time.Waiting); // not even looked for
    }

    [Fact]
    public async Task Many_are_watched_by_one_thread_and_each_death_names_its_own()
    {
        await using var one = await TemporaryCluster.StartedAsync();
        await using var two = await TemporaryCluster.StartedAsync();
        using var watch = new PostmasterWatch([one.Resource with { Name = "one" }, two.Resource with { Name = "two" }], _time);

        await TemporaryCluster.SignalAsync("KILL", two.Pid);
        Assert.Equal(("two", two.Pid), (await NextAsync(watch)) is var second ? (second.Resource, second.Pid) : default);
        Assert.Equal(one.Pid, watch.Watched("one"));

        await TemporaryCluster.SignalAsync("KILL", one.Pid);
        Assert.Equal("one", (await NextAsync(watch)).Resource);
    }

    private static async Task<PostmasterDeath> NextAsync(PostmasterWatch watch)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(None);
        enough.CancelAfter(TimeSpan.FromSeconds(20));
        await foreach (var death in watch.DeathsAsync(enough.Token))
            return death;
        throw new InvalidOperationException("The watch has ended.");
    }

    private static async Task NothingAsync(PostmasterWatch watch)
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var death in watch.DeathsAsync(now.Token))
                Assert.Fail($"{death} was told of.");
        });
    }

    private static Task GoneAsync(int pid) => Until(() => ProcessStat.Read(pid) is null);

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
