using Microsoft.Extensions.Configuration;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Retention;
using PgWorkflows.Runtime.Retention;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Runtime.Tests;

public sealed class RetentionOptionsTests
{
    [Fact]
    public void What_is_not_configured_is_a_day_ninety_days_and_four_hundred()
    {
        var options = Read([], out var problems);

        Assert.Empty(problems);
        Assert.Equal(new(new() { GreenChecks = Days(1), Runs = Days(90), ImportantRuns = Days(400), Records = Days(400) }, null), options);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var options = Read([("GreenChecks", "06:00:00"), ("Runs", "30.00:00:00"), ("ImportantRuns", "60.00:00:00"), ("Records", "90.00:00:00"), ("ExportTo", Path.GetTempPath())], out var problems);

        Assert.Empty(problems);
        Assert.Equal(new(new() { GreenChecks = TimeSpan.FromHours(6), Runs = Days(30), ImportantRuns = Days(60), Records = Days(90) }, Path.GetTempPath()), options);
    }

    [Theory]
    [InlineData("GreenChecks", "1", "PgWorkflows:Retention:GreenChecks is '1'; write a time from 01:00:00 to 36500.00:00:00, for example 1.00:00:00.")]
    [InlineData("GreenChecks", "00:59:59", "PgWorkflows:Retention:GreenChecks is '00:59:59'")]
    [InlineData("Runs", "-1.00:00:00", "PgWorkflows:Retention:Runs is '-1.00:00:00'")]
    [InlineData("Records", "40000.00:00:00", "PgWorkflows:Retention:Records is '40000.00:00:00'")]
    [InlineData("ImportantRuns", "60.00:00:00", "PgWorkflows:Retention:ImportantRuns is shorter than Runs (90.00:00:00)")]
    [InlineData("ExportTo", "export", "PgWorkflows:Retention:ExportTo is 'export'; write the absolute path of a folder.")]
    [InlineData("Green", "1.00:00:00", "PgWorkflows:Retention:Green is unknown; known are GreenChecks, Runs, ImportantRuns, Records, ExportTo.")]
    public void What_is_wrong_is_told_with_its_key_and_cure(string key, string value, string told)
    {
        Read([(key, value)], out var problems);

        Assert.StartsWith(told, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keeper_tells_once_when_it_fails_and_goes_on_by_itself()
    {
        var folder = Directory.CreateTempSubdirectory("pgw-keeper-tests-").FullName;
        var export = Path.Combine(folder, "export");
        await File.WriteAllTextAsync(export, "a file where the folder should be", TestContext.Current.CancellationToken);
        var time = new FakeTime();
        var database = Database.Open(Path.Combine(folder, "data"), time);
        await new Persistence.Audit.AuditStore(database, time).AddAsync(new("a", "local", "b", "c", "d"), TestContext.Current.CancellationToken);
        time.Advance(Days(401));
        var told = new List<string>();
        using var stop = new CancellationTokenSource();
        var keeper = new HistoryKeeper(database, new(new(), export), time) { Failed = failure => told.Add(failure.GetType().Name), Kept = report => told.Add($"{report.Records} records") }
            .RunAsync(stop.Token);

        for (var round = 0; round < 4; round++)
            time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("IOException", Assert.Single(told));
        File.Delete(export);
        while (told.Count < 2)
            time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(["IOException", "1 records"], told);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => keeper);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static RetentionOptions Read((string Key, string Value)[] settings, out IReadOnlyList<string> problems)
    {
        var found = new List<(string Key, string Problem, string Cure)>();
        var options = RetentionOptions.Read(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"{RetentionOptions.Section}:{setting.Key}", (string?)setting.Value))).Build(), found);
        problems = [.. found.Select(wrong => $"{wrong.Key} {wrong.Problem}; {wrong.Cure}.")];
        return options;
    }

    private static TimeSpan Days(int days) => TimeSpan.FromDays(days);
}
