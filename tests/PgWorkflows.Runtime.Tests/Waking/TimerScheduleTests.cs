using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Waking;
using PgWorkflows.Runtime.Waking;
using Xunit;

namespace PgWorkflows.Runtime.Tests.Waking;

/// <summary>Timers under a clock that jumps: a missed interval starts one run, not many, and nobody waits for a clock to catch up.</summary>
public sealed class TimerScheduleTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-timer-tests-").FullName;
    private readonly WallClock _time = new() { Now = Noon };
    private readonly Database _database;

    public TimerScheduleTests() => _database = Database.Open(_folder, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_timer_is_due_after_its_interval_and_keeps_its_beat()
    {
        var schedule = await ArmedAsync(Timer(TimeSpan.FromMinutes(3)));

        Assert.Empty(await DueAtAsync(schedule, Noon.AddMinutes(2)));
        Assert.Single(await DueAtAsync(schedule, Noon.AddMinutes(3).AddSeconds(1)));
        Assert.Equal(Noon.AddMinutes(6), schedule.NextDue);
    }

    [Fact]
    public async Task After_an_hour_of_sleep_it_starts_one_run_and_looks_ahead()
    {
        var schedule = await ArmedAsync(Timer(TimeSpan.FromMinutes(3)));

        Assert.Single(await DueAtAsync(schedule, Noon.AddHours(1)));
        Assert.Empty(await schedule.TakeDueAsync());
        Assert.Equal(Noon.AddHours(1).AddMinutes(3), schedule.NextDue);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_an_hour_does_not_stop_the_timer_for_an_hour()
    {
        var schedule = await ArmedAsync(Timer(TimeSpan.FromMinutes(3)));

        Assert.Empty(await DueAtAsync(schedule, Noon.AddHours(-1)));
        Assert.Equal(Noon.AddHours(-1).AddMinutes(3), schedule.NextDue);
        Assert.Single(await DueAtAsync(schedule, Noon.AddHours(-1).AddMinutes(3)));
    }

    [Fact]
    public async Task Due_times_survive_the_process()
    {
        await ArmedAsync(Timer(TimeSpan.FromMinutes(3)));
        _time.Now = Noon.AddMinutes(2);

        var again = await ArmedAsync(Timer(TimeSpan.FromMinutes(3)));

        Assert.Equal(Noon.AddMinutes(3), again.NextDue);
    }

    [Fact]
    public async Task A_changed_interval_is_armed_anew_and_a_retracted_workflow_is_forgotten()
    {
        var schedule = await ArmedAsync(Timer(TimeSpan.FromMinutes(3)));
        _time.Now = Noon.AddMinutes(2);
        await schedule.ArmAsync([Timer(TimeSpan.FromMinutes(10))], Token);
        Assert.Equal(Noon.AddMinutes(12), schedule.NextDue);

        await schedule.ArmAsync([], Token);
        Assert.Null(schedule.NextDue);
        Assert.Empty(await new TimerStore(_database).AllAsync(Token));
    }

    [Fact]
    public async Task Cron_is_a_calendar_and_StartAt_comes_once_also_when_it_has_passed()
    {
        var schedule = await ArmedAsync(
            Of("Elsa.Cron", "cron", "CronExpression", "0 0 6 * * *"), Of("Elsa.StartAt", "once", "DateTime", Noon.AddMinutes(-5)));

        Assert.Equal("once", Assert.Single(await schedule.TakeDueAsync()).Trigger.ActivityId);
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero), schedule.NextDue);
        Assert.Equal("cron", Assert.Single(await DueAtAsync(schedule, new(2026, 11, 25, 7, 0, 0, TimeSpan.Zero))).Trigger.ActivityId); // Two mornings missed: one run.
        Assert.Equal(new DateTimeOffset(2026, 11, 26, 6, 0, 0, TimeSpan.Zero), schedule.NextDue);

        // Once means once, also for the server after this one.
        Assert.DoesNotContain(await (await ArmedAsync(Of("Elsa.StartAt", "once", "DateTime", Noon.AddMinutes(-5)))).TakeDueAsync(), trigger => trigger.Trigger.ActivityId == "once");
    }

    [Fact]
    public async Task Waits_for_a_span_are_moved_when_the_clock_goes_back_and_moments_of_a_calendar_stay()
    {
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_database.File};Foreign Keys=False"))
        {
            connection.Open();
            using var insert = connection.CreateCommand();
            insert.CommandText = $"insert into bookmark values ('d', 'run', 'Elsa.Delay', null, {Micro(Noon.AddSeconds(5))}, {Micro(Noon)}), ('c', 'run', 'Elsa.Cron', null, {Micro(Noon.AddSeconds(5))}, {Micro(Noon)})";
            insert.ExecuteNonQuery();
        }

        _time.Now = Noon.AddHours(-1);
        var waking = new WakingStore(_database, _time);

        Assert.Equal(1, await waking.MoveAfterClockWentBackAsync(Token));
        using var reading = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_database.File}");
        reading.Open();
        using var due = reading.CreateCommand();
        due.CommandText = "select due_at from bookmark order by id";
        using var rows = due.ExecuteReader();
        Assert.True(rows.Read());
        Assert.Equal(Micro(Noon.AddSeconds(5)), rows.GetInt64(0));
        Assert.True(rows.Read());
        Assert.Equal(Micro(Noon.AddHours(-1).AddSeconds(5)), rows.GetInt64(0));
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private static long Micro(DateTimeOffset moment) => (moment.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private async Task<TimerSchedule> ArmedAsync(params IndexedTrigger[] triggers)
    {
        var schedule = new TimerSchedule(new TimerStore(_database), _time);
        await schedule.ArmAsync(triggers, Token);
        return schedule;
    }

    private async Task<IReadOnlyList<IndexedTrigger>> DueAtAsync(TimerSchedule schedule, DateTimeOffset now)
    {
        _time.Now = now;
        return await schedule.TakeDueAsync();
    }

    private static IndexedTrigger Timer(TimeSpan interval) => Of("Elsa.Timer", "tick", "Interval", interval);

    private static IndexedTrigger Of(string type, string id, string input, object value) => new(
        new DefinitionVersion
        {
            VersionId = "w-1", DefinitionId = "w", Version = 1, Name = "w", Hash = "h", IsShipped = false, IsLatest = true, IsPublished = true, IsOffer = false,
            IsDeleted = false, CreatedAt = Noon, Json = "{}",
        },
        new Trigger(id, type, id, new Dictionary<string, object?> { [input] = value }, null));

    private sealed class WallClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
