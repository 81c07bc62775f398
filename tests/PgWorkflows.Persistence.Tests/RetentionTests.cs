using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Persistence.Checks;
using PgWorkflows.Persistence.Retention;
using Xunit;

namespace PgWorkflows.Persistence.Tests;

public sealed class RetentionTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Green_checks_of_yesterday_become_hourly_counts_and_durations()
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(2 * Day, "quickCheck", "Succeeded", 1000);
        history.Add(2 * Day, "quickCheck", "Skipped", 30);
        history.Add(2 * Day, "deepCheck", "Succeeded", 40);
        history.Add(2 * Day, "deepCheck", "Failed", 5);
        history.Add(TimeSpan.FromHours(23), "quickCheck", "Succeeded", 7);

        var report = await history.RunAsync(history.Pass(), Token);

        Assert.Equal(new RetentionReport(1070, 0, 0, 0), report);
        Assert.Equal((12, 12L * 12), (history.Count("workflow_instance"), history.Count("journal")));
        Assert.Equal(12L * 6, history.Count("activity_record"));
        Assert.Equal((1000, 30, 40, 0),
            (history.Sum("check_hour where action = 'quickCheck' and result = 'Succeeded'"), history.Sum("check_hour where result = 'Skipped'"),
            history.Sum("check_hour where action = 'deepCheck' and result = 'Succeeded'"), history.Sum("check_hour where result = 'Failed'")));

        var checks = new CheckHistory(history.Database);
        var hours = await checks.HoursSinceAsync("MAIN", history.Time.GetUtcNow() - 3 * Day, Token);
        Assert.Equal(1040, hours.Sum(hour => hour.Checks));
        Assert.All(hours, hour => Assert.Equal((TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(40)), (hour.Shortest, hour.Mean, hour.Longest)));
        Assert.Equal(7, (await checks.SinceAsync("main", history.Time.GetUtcNow() - Day, Token)).Count);
        Assert.True(await history.RunAsync(history.Pass(), Token) is { IsEmpty: true }); // What is done is done.
    }

    [Fact]
    public async Task Checks_that_come_later_are_added_to_their_hour()
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(2 * Day, "quickCheck", "Succeeded", 10);
        history.Add(TimeSpan.Zero, "quickCheck", "Succeeded");
        await history.RunAsync(history.Pass(), Token);
        history.Add(2 * Day, "quickCheck", "Succeeded", 5);
        history.Execute("update workflow_instance set finished_at = created_at + 90000 where id like 'run-0000%' and result = 'Succeeded' and id > 'run-000010'");

        await history.RunAsync(history.Pass(), Token);

        var hour = Assert.Single(await new CheckHistory(history.Database).HoursSinceAsync("main", history.Time.GetUtcNow() - 3 * Day, Token));
        Assert.Equal((15, 40.0, 90.0), (hour.Checks, hour.Shortest.TotalMilliseconds, hour.Longest.TotalMilliseconds));
        Assert.Equal((10 * 40 + 5 * 90) / 15.0, hour.Mean.TotalMilliseconds, 0.01);
    }

    // What the issue says of retention, row by row: action, result, age in days, whether it is kept.
    [Theory]
    [InlineData("quickCheck", "Failed", 399, true)]
    [InlineData("quickCheck", "Failed", 401, false)]
    [InlineData("deepCheck", "Interrupted", 399, true)]
    [InlineData("deepCheck", "Incomplete", 399, true)]
    [InlineData("restore", "Succeeded", 399, true)]
    [InlineData("remove", "Succeeded", 401, false)]
    [InlineData("recover", "Superseded", 399, true)]
    [InlineData(null, null, 89, true)]
    [InlineData(null, null, 91, false)]
    [InlineData(null, "Cancelled", 91, false)]
    public async Task Failed_and_state_changing_runs_are_kept_longest(string? action, string? result, int days, bool isKept)
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(days * Day, action, result);

        var report = await history.RunAsync(history.Pass(), Token);

        Assert.Equal((isKept ? 1 : 0, isKept ? 0 : 1), (history.Count("workflow_instance"), report.Runs));
        Assert.Equal(0, history.Count("check_hour"));
    }

    [Fact]
    public async Task What_acted_or_had_an_incident_is_important_whatever_it_is_called()
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(100 * Day, null, null, hasEffect: true);
        history.Add(100 * Day, null, null, incidents: 1);
        history.Add(100 * Day, "quickCheck", "Succeeded", incidents: 1);
        history.Add(TimeSpan.Zero, "quickCheck", "Succeeded");

        Assert.True((await history.RunAsync(history.Pass(), Token)).IsEmpty);
        history.Time.Advance(301 * Day);

        Assert.Equal(new RetentionReport(0, 3, 0, 0), await history.RunAsync(history.Pass(), Token));
    }

    [Fact]
    public async Task A_timer_s_own_runs_go_with_the_checks_that_they_started()
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(2 * Day, null, null, 3); // 0 to 2: rounds of the timer, the last one with an incident.
        history.Add(2 * Day, null, null); // 3: somebody's own workflow.
        history.Execute("update workflow_instance set definition_id = 'timer-quickCheck' where id < 'run-000003'; update workflow_instance set incident_count = 1 where id = 'run-000002'");

        Assert.Equal(new RetentionReport(0, 2, 0, 0), await history.RunAsync(history.Pass(), Token));

        Assert.Equal(["run-000002", "run-000003"], history.Ids());
    }

    [Fact]
    public async Task What_has_not_ended_holds_a_lease_or_is_waited_for_is_never_touched()
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(900 * Day, null, null, status: "Running"); // 0: a wait of years.
        history.Add(900 * Day, "quickCheck", "Succeeded", parent: "run-000000"); // 1: its parent may still ask for it.
        history.Add(900 * Day, "restore", "Succeeded"); // 2: holds a lease.
        history.Add(900 * Day, "quickCheck", null, status: "Running"); // 3
        history.Add(900 * Day, "quickCheck", "Succeeded"); // 4: nothing keeps it.
        history.Add(TimeSpan.Zero, "quickCheck", "Succeeded"); // 5
        history.Execute("insert into lease (resource, fence, instance_id) values ('main', 1, 'run-000002')");

        await history.RunAsync(history.Pass(), Token);

        Assert.Equal(["run-000000", "run-000001", "run-000002", "run-000003", "run-000005"], history.Ids());
    }

    [Fact]
    public async Task The_newest_check_with_a_verdict_stays_however_old_it_is()
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(30 * Day, "quickCheck", "Succeeded", 3);
        history.Add(20 * Day, "quickCheck", "Skipped", 3);

        await history.RunAsync(history.Pass(), Token);

        Assert.Equal(["run-000002"], history.Ids());
        Assert.Equal("run-000002", (await new CheckHistory(history.Database).LastAsync("main", Token))?.RunId);
    }

    [Fact]
    public async Task Events_audit_changes_of_state_and_hours_go_after_their_time()
    {
        using var history = await FilledHistory.CreateAsync();
        long At(int days) => (history.Time.GetUtcNow() - days * Day).ToMicroseconds();
        foreach (var days in new[] { 500, 401, 399, 1 })
        {
            history.Execute($"insert into event (resource, message_id, severity, text, timestamp) values ('main', 113544, 'Error', 'x', {At(days)})");
            history.Execute($"insert into audit (timestamp, actor, address, action, target, outcome) values ({At(days)}, 'a', 'b', 'c', 'd', 'e')");
            history.Execute($"insert into resource_state_change (resource, new_state, reason, changed_by, timestamp) values ('main', 'ISP', 'r', 'b', {At(days)})");
            history.Execute($"insert into check_hour values ('main', 'quickCheck', {At(days)}, 'Succeeded', 1, 1, 1, 1), ('other', 'quickCheck', {At(days)}, 'Succeeded', 1, 1, 1, 1)");
        }

        var report = await history.RunAsync(history.Pass(exports: true), Token);

        Assert.Equal(10, report.Records);
        Assert.Equal((2, 2, 2, 4), (history.Count("event"), history.Count("audit"), history.Count("resource_state_change"), history.Count("check_hour")));
        Assert.Equal(["audit 2", "check_hour 4", "event 2", "resource_state_change 2"],
            history.Exported().Select(line => $"{line.GetProperty("kind").GetString()} {line.GetProperty("rows").GetArrayLength()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_deleted_version_goes_when_no_run_names_it_any_more()
    {
        using var history = await FilledHistory.CreateAsync();
        using (var connection = history.Database.Connect())
        {
            foreach (var (id, definition, version, deleted) in new[] { ("v1", "a", 1, true), ("v2", "a", 2, true), ("v3", "a", 3, false), ("v4", "b", 1, true), ("v5", "c", 1, false), ("v6", "c", 2, true) })
            {
                await connection.ExecuteAsync(
                    """
                    insert into workflow_definition (version_id, definition_id, version, name, hash, origin, is_latest, is_published, json, created_at, deleted_at)
                    values (@id, @definition, @version, 'n', @id, 'edited', 0, 0, '{}', 0, @at)
                    """, new { id, definition, version, at = deleted ? 1L : (long?)null });
            }
        }

        history.Add(91 * Day, null, null); // Used v1 as a part of it, and goes in this pass.
        history.Add(Day, null, null); // Uses v2 as a part of it, and stays.
        history.Execute("""update workflow_instance set uses = '{"a":"v1"}' where id = 'run-000000'; update workflow_instance set uses = '{"a":"v2"}' where id = 'run-000001'""");

        var report = await history.RunAsync(history.Pass(), Token);

        Assert.Equal((1, 2), (report.Runs, report.Definitions));
        using var read = history.Database.Connect();
        Assert.Equal(["v2", "v3", "v5", "v6"], (await read.QueryAsync<string>("select version_id from workflow_definition where definition_id in ('a', 'b', 'c') order by 1")));
    }

    [Fact]
    public async Task Each_run_is_exported_whole_before_it_goes()
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(2 * Day, "quickCheck", "Succeeded", 300);
        history.Add(91 * Day, null, null, 10);
        history.Add(TimeSpan.Zero, "quickCheck", "Succeeded");

        await history.RunAsync(history.Pass(exports: true), Token);

        var exported = history.Exported();
        Assert.Equal(310, exported.Select(line => line.GetProperty("run")[0].GetProperty("id").GetString()).Distinct().Count());
        Assert.All(exported, line => Assert.Equal((12, 6), (line.GetProperty("journal").GetArrayLength(), line.GetProperty("steps").GetArrayLength())));
        foreach (var file in Directory.EnumerateFiles(history.ExportFolder))
        {
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Theory, InlineData(1), InlineData(30), InlineData(100), InlineData(299)]
    public async Task What_a_crash_leaves_is_due_again_and_nothing_is_lost_or_counted_twice(int survivors)
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(2 * Day, "quickCheck", "Succeeded", 300);
        history.Add(TimeSpan.Zero, "quickCheck", "Succeeded");

        // The bite that comes to this run is exported and dies inside its transaction.
        history.Execute($"create trigger crash before delete on workflow_instance when old.id = 'run-{survivors:D6}' begin select raise(abort, 'crash'); end");
        await Assert.ThrowsAsync<SqliteException>(() => history.RunAsync(history.Pass(exports: true), Token));
        Assert.Equal(301, history.Count("workflow_instance") + history.Sum("check_hour"));
        TearTheEnd(Directory.EnumerateFiles(history.ExportFolder).Single());

        history.Execute("drop trigger crash");
        await history.RunAsync(history.Pass(exports: true), Token);

        Assert.Equal((1, 300), (history.Count("workflow_instance"), history.Sum("check_hour")));
        Assert.Equal(300, history.Exported().Select(line => line.GetProperty("run")[0].GetProperty("id").GetString()).Distinct().Count());
        Assert.Null(history.Database.CheckIntegrity());
    }

    [Fact]
    public async Task Nothing_is_deleted_when_the_export_cannot_be_written()
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(2 * Day, "quickCheck", "Succeeded", 30);
        await File.WriteAllTextAsync(history.ExportFolder, "a file where the folder should be", Token);

        await Assert.ThrowsAnyAsync<IOException>(() => history.RunAsync(history.Pass(exports: true), Token));

        Assert.Equal(30, history.Count("workflow_instance"));
    }

    [Fact]
    public async Task A_pass_that_is_told_to_stop_leaves_the_rest_for_the_next()
    {
        using var history = await FilledHistory.CreateAsync();
        history.Add(2 * Day, "quickCheck", "Succeeded", 300);
        history.Add(TimeSpan.Zero, "quickCheck", "Succeeded");
        using var stop = new CancellationTokenSource();

        var pass = history.Pass().RunAsync(stop.Token); // It rests after its first bite, because the clock stands still.
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pass);

        var left = history.Count("workflow_instance");
        Assert.InRange(left, 2, 300);
        Assert.Equal(301, left + history.Sum("check_hour"));
        await history.RunAsync(history.Pass(), Token);
        Assert.Equal((1, 300), (history.Count("workflow_instance"), history.Sum("check_hour")));
    }

    /// <summary>As a crash in the middle of a write does.</summary>
    private static void TearTheEnd(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write);
        stream.SetLength(stream.Length - 7);
    }
}
