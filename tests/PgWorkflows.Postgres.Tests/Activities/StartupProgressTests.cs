using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Values;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Testing;

namespace PgWorkflows.Postgres.Tests.Activities;

/// <summary>When a start has had time enough; the log stands for everything that may move.</summary>
public sealed class StartupProgressTests : IDisposable
{
    private readonly string _log = Path.GetTempFileName();
    private readonly FakeTime _time = new();
    private Resource _resource;
    private string? _signs;

    public StartupProgressTests() => _resource = TestResource.Create() with { LogFile = _log };

    public void Dispose() => File.Delete(_log);

    [Fact]
    public async Task The_looks_slow_down_to_the_interval()
    {
        var waits = new List<double>();
        for (var look = 0; look < 10; look++)
            waits.Add((await LookAsync()).Wait.TotalSeconds);

        Assert.Equal([0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5], waits);
    }

    [Fact]
    public async Task Without_any_change_it_is_stalled_after_the_patience_and_with_one_it_is_not()
    {
        Assert.Equal("Progress", (await LookAsync()).Outcome);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("Progress", (await LookAsync()).Outcome);

        await File.AppendAllTextAsync(_log, "LOG:  redo in progress, elapsed time: 10.00 s\n", TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("Progress", (await LookAsync()).Outcome);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("Progress", (await LookAsync()).Outcome);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Stalled", (await LookAsync()).Outcome);
    }

    [Fact]
    public async Task Our_own_questions_in_the_log_are_no_progress()
    {
        await LookAsync();
        for (var i = 0; i < 60; i++)
        {
            await File.AppendAllTextAsync(_log, $"{i} FATAL:  the database system is starting up\n", TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("Stalled", (await LookAsync()).Outcome);
    }

    [Fact]
    public async Task However_much_moves_there_is_a_limit()
    {
        for (var minute = 0; minute < 60; minute++)
        {
            await File.AppendAllTextAsync(_log, $"LOG:  minute {minute}\n", TestContext.Current.CancellationToken);
            Assert.Equal("Progress", (await LookAsync(limit: TimeSpan.FromHours(1))).Outcome);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await File.AppendAllTextAsync(_log, "LOG:  one more\n", TestContext.Current.CancellationToken);
        Assert.Equal("Stalled", (await LookAsync(limit: TimeSpan.FromHours(1))).Outcome);
    }

    [Fact]
    public async Task A_resource_sets_patience_and_interval()
    {
        _resource = _resource with { PollInterval = TimeSpan.FromMilliseconds(20), PollRepeats = 5 };

        Assert.Equal(TimeSpan.FromMilliseconds(20), (await LookAsync()).Wait);
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal("Progress", (await LookAsync()).Outcome);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("Stalled", (await LookAsync()).Outcome);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("1|2")]
    [InlineData("-1|0|0|x")]
    [InlineData("9223372036854775807|0|0|x")]
    [InlineData("0|0|9223372036854775807|x")]
    public async Task Signs_that_are_none_begin_anew(string before)
    {
        _signs = before;

        var (outcome, wait) = await LookAsync();

        Assert.Equal(("Progress", TimeSpan.FromMilliseconds(25)), (outcome, wait));
    }

    [Theory]
    [InlineData(-1, 5, 60)]
    [InlineData(12, -5, 60)]
    [InlineData(12, 5, 0)]
    public async Task Numbers_without_sense_are_refused(int times, int interval, int limit) => await Assert.ThrowsAsync<InputException>(async () =>
        await new StartupProgress(new ResourceList([_resource]), _time).RunAsync(
            new StartupProgress.Inputs("main", null, times, TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(limit)), TestContext.Current.CancellationToken));

    private async Task<(string Outcome, TimeSpan Wait)> LookAsync(TimeSpan? limit = null)
    {
        var result = await new StartupProgress(new ResourceList([_resource]), _time).RunAsync(new StartupProgress.Inputs("main", _signs, Limit: limit), TestContext.Current.CancellationToken);
        _signs = (string)result.Outputs["Signs"]!;
        return (Assert.IsType<ActivityResult.Completed>(result).Outcomes[0], (TimeSpan)result.Outputs["Wait"]!);
    }
}
