using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Postgres.Watching;
using PgWorkflows.Testing;

namespace PgWorkflows.Postgres.Tests.Watching;

/// <summary>Alone: while these run, this process inherits the orphans of every test.</summary>
[CollectionDefinition(nameof(ReapingTests), DisableParallelization = true)]
public sealed class ReapingCollection;

/// <summary>As a subreaper, which is what process 1 is to its container: what we have started is reaped, and nothing else.</summary>
[Collection(nameof(ReapingTests))]
public sealed partial class ReapingTests : IDisposable
{
    private const int SetChildSubreaper = 36;
    private readonly CommandRunner _runner = new(TimeProvider.System);

    public ReapingTests() => Assert.Equal(0, PrCtl(SetChildSubreaper, 1, 0, 0, 0));

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public void Dispose() => Assert.Equal(0, PrCtl(SetChildSubreaper, 0, 0, 0, 0));

    [Fact]
    public async Task A_postmaster_that_we_started_and_its_backends_are_reaped_and_a_strangers_orphan_is_not()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        var start = await new PgCtlServiceControl(_runner, TimeProvider.System).StartAsync(cluster.Resource, None);
        Assert.True(start.Succeeded, start.Detail);
        await Until(() => PostmasterPidFile.Read(cluster.DataDirectory)?.Status == "ready");
        var pid = cluster.Pid;
        await Until(() => ProcessStat.Read(pid)?.Parent == Environment.ProcessId); // pg_ctl has gone, so it is our child
        var backends = ProcessStat.Descendants(pid);
        Assert.NotEmpty(backends);
        using var watch = new PostmasterWatch([cluster.Resource], TimeProvider.System);
        var orphan = await OrphanAsync();

        await TemporaryCluster.SignalAsync("KILL", pid);

        await Until(() => ProcessStat.Read(pid) is null);
        await Until(() => backends.All(backend => ProcessStat.Read(backend.Pid) is null));
        Assert.True(ProcessStat.Read(orphan) is { IsZombie: true, } left && left.Parent == Environment.ProcessId, "it is somebody else's to ask for");
        Assert.True(LibC.Reap(orphan));
    }

    [Fact]
    public async Task Without_a_watch_the_next_query_reaps_the_postmaster()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        var control = new PgCtlServiceControl(_runner, TimeProvider.System);
        Assert.True((await control.StartAsync(cluster.Resource, None)).Succeeded);
        var pid = cluster.Pid;
        await Until(() => ProcessStat.Read(pid)?.Parent == Environment.ProcessId);
        await TemporaryCluster.SignalAsync("KILL", pid);
        await Until(() => ProcessStat.Read(pid) is { IsZombie: true });

        Assert.Equal(ServiceStatus.Stopped, (await control.QueryAsync(cluster.Resource, None)).Status);

        Assert.Null(ProcessStat.Read(pid));
    }

    [Fact]
    public async Task What_a_command_leaves_when_it_is_ended_is_reaped()
    {
        var result = await _runner.RunAsync(new("/bin/sh", "-c", "sleep 300 & echo $!; wait") { Limit = TimeSpan.FromMilliseconds(500) }, None);

        Assert.True(result.TimedOut);
        var grandchild = int.Parse(result.Stdout, CultureInfo.InvariantCulture);
        Assert.Null(ProcessStat.Read(grandchild));
    }

    [Fact]
    public async Task A_reaped_child_is_the_one_that_was_meant()
    {
        var orphan = await OrphanAsync();
        var stat = ProcessStat.Read(orphan)!;

        Adopted.Reap(stat with { StartTicks = stat.StartTicks + 1 }); // another process had the pid before
        Assert.NotNull(ProcessStat.Read(orphan));

        Adopted.Reap(stat);
        Assert.Null(ProcessStat.Read(orphan));
    }

    /// <summary>A process that became our child by losing its parent, and has ended.</summary>
    private async Task<int> OrphanAsync()
    {
        var result = await _runner.RunAsync(new("/bin/sh", "-c", "sleep 0.2 >/dev/null 2>&1 & echo $!"), None);
        var pid = int.Parse(result.Stdout, CultureInfo.InvariantCulture);
        await Until(() => ProcessStat.Read(pid) is { IsZombie: true });
        return pid;
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

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrCtl(int option, nint second, nint third, nint fourth, nint fifth);
}
