using System.Text;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Persistence.Waking;
using PgWorkflows.Runtime.Waking;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Runtime.Tests.Waking;

/// <summary>The loop that wakes what is due, under a clock that stands still: the alarm is always set to what is due next.</summary>
public sealed class WakerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-waker-tests-").FullName;
    private readonly FakeTime _time = new();
    private readonly Alarm _alarm = new();
    private readonly Installation _installation;
    private readonly Waker _waker;

    public WakerTests()
    {
        _installation = new Installation([], _folder, _time, new InstallationHost { Kind = OwnerKind.Server });
        _waker = new Waker(_installation.Workflows, _installation.Triggers, _installation.Waking, new TimerSchedule(new TimerStore(_installation.Database), _time), _installation.Instances, _alarm, _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_shipped_timers_ring_every_second_and_find_nothing_to_store()
    {
        for (var second = 1; second <= 5; second++)
        {
            await _waker.TurnAsync(Token);
            Assert.InRange(_alarm.At!.Value - _time.GetUtcNow(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.02));
            _time.Advance(_alarm.At.Value - _time.GetUtcNow());
        }

        Assert.Equal(0, (await _installation.Instances.ListAsync(new InstanceQuery(), Token)).Total);
    }

    [Fact]
    public async Task A_delay_is_stored_and_woken_at_its_time_by_whoever_is_there_then()
    {
        await _installation.Programs.ImportAsync(Token);
        var version = await PublishAsync("""
            {
              "definitionId": "waits", "name": "waits", "root": { "id": "seq", "type": "Elsa.Sequence", "version": 1, "activities": [
                { "id": "wait", "type": "Elsa.Delay", "version": 1, "timeSpan": { "typeName": "TimeSpan", "expression": { "type": "Literal", "value": "00:00:00.400" } } } ] }
            }
            """);
        var started = Assert.IsType<StartOutcome.Started>(await _installation.Workflows.StartAsync(new StartWorkflow(version, new("test", "a test")), Token));
        await started.Gone;
        Assert.Equal("Suspended", (await _installation.Instances.FindAsync(started.RunId, Token))!.SubStatus);

        await _waker.TurnAsync(Token);
        Assert.InRange(_alarm.At!.Value - _time.GetUtcNow(), TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(0.42));
        _time.Advance(TimeSpan.FromSeconds(0.5));
        await _waker.TurnAsync(Token);
        await _installation.Workflows.EndOf(started.RunId);

        Assert.Equal("Finished", (await _installation.Instances.FindAsync(started.RunId, Token))!.SubStatus);
    }

    [Fact]
    public async Task A_command_that_waits_in_its_own_process_is_not_woken_by_the_server()
    {
        await _installation.Programs.ImportAsync(Token);
        var version = await PublishAsync("""
            {
              "definitionId": "waits", "name": "waits", "root": { "id": "seq", "type": "Elsa.Sequence", "version": 1, "activities": [
                { "id": "wait", "type": "Elsa.Delay", "version": 1, "timeSpan": { "typeName": "TimeSpan", "expression": { "type": "Literal", "value": "00:00:00.400" } } } ] }
            }
            """);
        var command = new Installation([], _folder, _time);
        var started = Assert.IsType<StartOutcome.Started>(await command.Workflows.StartAsync(new StartWorkflow(version, new("test", "a test")), Token));
        await started.Rested;
        _time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Empty(await _installation.Waking.DueAsync(10, Token));
        Assert.Null(await _installation.Waking.NextDueAsync(Token));
    }

    public void Dispose()
    {
        _installation.Workflows.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<DefinitionVersion> PublishAsync(string json)
    {
        var definition = DefinitionReader.Read(Encoding.UTF8.GetBytes(json)).Definition!;
        await _installation.Definitions.ImportAsync([definition], Token);
        return (await _installation.Programs.PublishedVersionAsync(definition.DefinitionId, Token))!;
    }

    private sealed class Alarm : IAlarmClock
    {
        public DateTimeOffset? At { get; private set; }

        public Task StartAsync(Action ring, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task SetAsync(DateTimeOffset instant)
        {
            At = instant;
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
