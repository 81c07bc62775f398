using System.Threading.Channels;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Runtime.Delivery;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Runtime.Tests.Delivery;

public sealed class CourierTests : IDisposable
{
    private readonly ActionHarness _harness = new(new Script([ServiceStatus.Stopped]), channels: ["log"]);
    private readonly FakeTime _time = new();

    public CourierTests() => _time.Advance(TimeSpan.FromMinutes(1));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task A_stored_event_is_told_once()
    {
        var run = await _harness.RunAsync(ResourceAction.QuickCheck, Token);
        var log = new ScriptedChannel();
        var courier = CourierTo(log);

        await courier.DeliverDueAsync(Token);
        await courier.DeliverDueAsync(Token);

        var told = Assert.Single(log.Told);
        Assert.Equal((113544, "Error", "main", run.Run.Id), (told.Id, told.Severity, told.Resource, told.RunId));
        Assert.Empty(await NotesAsync(run.Run.Id));
    }

    [Fact]
    public async Task A_channel_that_fails_fails_no_run_is_noted_in_it_and_gets_the_events_later_in_order()
    {
        var log = new ScriptedChannel { Answer = () => throw new IOException("the log is full") };
        var courier = CourierTo(log);
        var run = await _harness.RunAsync(ResourceAction.Restore, Token);
        Assert.Equal(("Failed", 1), (run.Result, run.ReturnValue)); // As without any channel.
        _time.Advance(TimeSpan.FromHours(1));

        await courier.DeliverDueAsync(Token);
        Assert.Equal(1, log.Asked); // What comes after the first waits with it.
        Assert.Equal("Event 113504 could not be written to log: the log is full. It is kept and delivered later.", Assert.Single(await NotesAsync(run.Run.Id)));

        log.Answer = null;
        await courier.DeliverDueAsync(Token);
        Assert.Empty(log.Told);
        _time.Advance(TimeSpan.FromSeconds(1));
        await courier.DeliverDueAsync(Token);

        Assert.Equal(run.EventIds, log.Told.Select(e => e.Id));
        Assert.Equal("Event 113504 was written to log late, at attempt 2, after: the log is full.", (await NotesAsync(run.Run.Id))[1]);
    }

    [Fact]
    public async Task A_channel_that_stays_broken_is_asked_less_and_less_and_given_up_after_three_days()
    {
        var log = new ScriptedChannel { Answer = () => throw new IOException("no") };
        var courier = CourierTo(log);
        var run = await _harness.RunAsync(ResourceAction.QuickCheck, Token);
        var outbox = new Outbox(_harness.Database, [], _time);

        List<TimeSpan> pauses = [];
        for (var i = 0; i < 11; i++)
        {
            await courier.DeliverDueAsync(Token);
            var due = await outbox.NextDueAsync(["log"], Token);
            pauses.Add(due!.Value - _time.GetUtcNow());
            _time.Advance(pauses[^1]);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300], pauses.Select(pause => pause.TotalSeconds));
        _time.Advance(TimeSpan.FromDays(3));
        await courier.DeliverDueAsync(Token);
        Assert.Equal(11, log.Asked);
        Assert.Equal("Event 113544 was given up for log after 11 attempts: no.", (await NotesAsync(run.Run.Id))[^1]);
        Assert.Null(await outbox.NextDueAsync(["log"], Token));
    }

    [Fact]
    public async Task An_event_that_a_channel_refuses_does_not_stand_in_the_way_of_the_next()
    {
        var log = new ScriptedChannel();
        log.Answer = () => log.Asked == 1 ? throw new EventRefusedException("not mine") : Task.CompletedTask;
        var run = await _harness.RunAsync(ResourceAction.Restore, Token);
        _time.Advance(TimeSpan.FromHours(1));

        await CourierTo(log).DeliverDueAsync(Token);

        Assert.Equal(run.EventIds.Skip(1), log.Told.Select(e => e.Id));
        Assert.Contains("given up for log after 1 attempts: not mine", Assert.Single(await NotesAsync(run.Run.Id)));
        Assert.True(Assert.Single(await new Outbox(_harness.Database, [], _time).ProblemsAsync(run.Run.Id, 10, Token)).IsGivenUp);
    }

    [Fact]
    public async Task A_channel_that_hangs_is_left_after_its_limit()
    {
        var hung = new TaskCompletionSource();
        var log = new ScriptedChannel { Hang = () => hung.TrySetResult() };
        var run = await _harness.RunAsync(ResourceAction.QuickCheck, Token);

        var delivering = CourierTo(log).DeliverDueAsync(Token);
        await hung.Task.WaitAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(10));
        await delivering;

        Assert.Contains("no answer within 10 s", Assert.Single(await NotesAsync(run.Run.Id)));
    }

    [Fact]
    public async Task What_a_dead_process_had_taken_is_delivered_by_the_next_one()
    {
        await _harness.RunAsync(ResourceAction.QuickCheck, Token);
        Assert.NotNull(await new Outbox(_harness.Database, [], _time).TakeAsync("log", TimeSpan.FromSeconds(30), Token));
        var log = new ScriptedChannel();

        await CourierTo(log).DeliverDueAsync(Token);
        Assert.Empty(log.Told);
        _time.Advance(TimeSpan.FromSeconds(30));
        await CourierTo(log).DeliverDueAsync(Token);

        Assert.Single(log.Told);
    }

    [Fact]
    public async Task Two_processes_that_deliver_at_once_tell_nothing_twice()
    {
        for (var i = 0; i < 20; i++)
            await _harness.RunAsync(ResourceAction.QuickCheck, Token);
        var (one, other) = (new ScriptedChannel(), new ScriptedChannel());

        await Task.WhenAll(Task.Run(() => CourierTo(one).DeliverDueAsync(Token), Token), Task.Run(() => CourierTo(other).DeliverDueAsync(Token), Token));

        var told = one.Told.Concat(other.Told).Select(e => e.Number).ToList();
        Assert.Equal(20, told.Count);
        Assert.Equal(20, told.Distinct().Count());
    }

    [Fact]
    public async Task A_running_courier_wakes_when_an_event_is_stored()
    {
        var told = Channel.CreateUnbounded<int>();
        var log = new ScriptedChannel();
        log.Answer = () => told.Writer.WriteAsync(log.Asked, Token).AsTask();
        var courier = new Courier(_harness.Outbox, [log], _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = courier.RunAsync(stop.Token);

        await _harness.RunAsync(ResourceAction.QuickCheck, Token);
        await told.Reader.ReadAsync(Token);
        await _harness.RunAsync(ResourceAction.QuickCheck, Token); // No clock moves: only the wake-up can bring it.
        Assert.Equal(2, await told.Reader.ReadAsync(Token));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private Courier CourierTo(IEventChannel channel) => new(new Outbox(_harness.Database, ["log"], _time), [channel], _time);

    private async Task<IReadOnlyList<string>> NotesAsync(string runId)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_harness.Database.File}");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "select message from journal where instance_id = $id and event_name = 'Event delivery' order by sequence";
        command.Parameters.AddWithValue("$id", runId);
        await using var reader = await command.ExecuteReaderAsync(Token);
        List<string> notes = [];
        while (await reader.ReadAsync(Token))
            notes.Add(reader.GetString(0));
        return notes;
    }

    private sealed class ScriptedChannel : IEventChannel
    {
        public List<EventFacts> Told { get; } = [];

        public int Asked { get; private set; }

        public Func<Task>? Answer { get; set; }

        public Action? Hang { get; init; }

        public string Name => "log";

        public async Task DeliverAsync(EventFacts logged, CancellationToken cancellationToken)
        {
            Asked++;
            if (Hang is not null)
            {
                var forever = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                Hang();
                await forever;
            }

            if (Answer is not null)
                await Answer();
            Told.Add(logged);
        }
    }
}
