using System.Diagnostics;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Persistence.Retention;
using Xunit;

namespace PgWorkflows.Persistence.Tests;

/// <summary>Measured on a clock that runs: how long a bite keeps others from writing. Run by hand, with <c>-explicit only</c>.</summary>
public sealed class RetentionMeasurement(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Explicit = true), InlineData(false), InlineData(true)]
    public async Task A_hundred_thousand_checks_go_while_others_write(bool exports)
    {
        using var history = await FilledHistory.CreateAsync();
        history.Time.Advance(DateTimeOffset.Parse("2026-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture) - history.Time.GetUtcNow());
        history.Add(TimeSpan.FromDays(2), "quickCheck", "Succeeded", 100_000);
        history.Add(-TimeSpan.FromDays(2), "quickCheck", "Succeeded");
        var size = new FileInfo(history.Database.File).Length;
        var pass = new RetentionPass(history.Database, new(), exports ? new HistoryExport(history.ExportFolder, TimeProvider.System) : null, TimeProvider.System);

        var audit = new AuditStore(history.Database, TimeProvider.System);
        await audit.AddAsync(new("a", "b", "c", "d", "e"), Token);
        var waits = new List<double>();
        using var cpu = Process.GetCurrentProcess();
        var used = cpu.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var run = Task.Run(() => pass.RunAsync(Token), Token);
        while (!run.IsCompleted)
        {
            var began = Stopwatch.GetTimestamp();
            await audit.AddAsync(new("a", "b", "c", "d", "e"), Token);
            waits.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System, Token);
        }

        cpu.Refresh();
        waits.Sort();
        var report = await run;
        output.WriteLine($"{report}; exports {exports}; {clock.Elapsed.TotalSeconds:0.0} s, {(cpu.TotalProcessorTime - used).TotalSeconds:0.0} s of CPU; longest bite {pass.LongestBite.TotalMilliseconds:0.0} ms");
        output.WriteLine($"{waits.Count} writes beside it: median {waits[waits.Count / 2]:0.00} ms, 99 % {waits[waits.Count * 99 / 100]:0.0} ms, longest {waits[^1]:0.0} ms");
        output.WriteLine($"file {size / 1e6:0} MB before, {new FileInfo(history.Database.File).Length / 1e6:0} MB after, {history.Count("pragma_freelist_count")} , WAL {new FileInfo(history.Database.File + "-wal").Length / 1e6:0.0} MB");
        Assert.Equal((100_000, 100_000), (report.Checks, history.Sum("check_hour")));
        Assert.InRange(pass.LongestBite.TotalMilliseconds, 0, 250);
    }
}
