using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Checks;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime.Protection;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Runtime.Tests.Protection;

/// <summary>Which resources the timer's tick finds due: by interval, never while one is being checked, whatever the clock does.</summary>
public sealed class DueResourcesTests : IDisposable
{
    private static readonly TimeSpan Drawn = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-due-tests-").FullName;
    private readonly FakeTime _time = new();
    private readonly HostedRuns _checks;
    private readonly DueResources _due;
    private int _runs;

    public DueResourcesTests()
    {
        var database = Database.Open(_folder);
        _checks = new(database, _time);
        _due = new(new CheckClock(database, new ResourceList(
        [
            Resource("usual"),
            Resource("often") with { QuickCheckInterval = TimeSpan.FromSeconds(10), DeepCheckInterval = TimeSpan.FromSeconds(60) },
            Resource("stopped") with { InitialState = ResourceState.OSU },
        ])), _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_resources_own_interval_counts_before_the_one_that_is_drawn()
    {
        var picked = new List<string>();
        for (var second = 0; second < 190; second++, _time.Advance(TimeSpan.FromSeconds(1)))
        {
            foreach (var name in await DueAsync())
            {
                picked.Add($"{name} {second}");
                await CheckedAsync(name);
            }
        }

        Assert.Equal(["often 0", .. Enumerable.Range(1, 18).Select(tenth => $"often {tenth * 10}"), "usual 0", "usual 180"],
            picked.Order(Comparer<string>.Create((one, other) => string.CompareOrdinal(one[..5], other[..5]) is var names and not 0 ? names : Number(one) - Number(other))));

        static int Number(string text) => int.Parse(text[6..], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_two_checks_are_due_each_on_their_own()
    {
        foreach (var name in await DueAsync())
            await CheckedAsync(name);

        Assert.Empty(await DueAsync());
        Assert.Equal(["often", "usual"], (await DueAsync(CheckKind.DeepCheck)).Order());
    }

    [Fact]
    public async Task While_a_check_is_running_it_is_not_due_however_long_it_takes_and_nothing_piles_up()
    {
        var hung = await BeginAsync("often");
        for (var hours = 0; hours < 5; hours++, _time.Advance(TimeSpan.FromHours(1)))
            Assert.DoesNotContain("often", await DueAsync());

        await EndAsync(hung);
        Assert.Contains("often", await DueAsync()); // Once, not five times.
        await CheckedAsync("often");
        Assert.DoesNotContain("often", await DueAsync());
    }

    [Fact]
    public async Task What_begins_a_little_late_does_not_add_up()
    {
        var picked = new List<int>();
        for (var second = 0; second < 60; second++)
        {
            var names = await DueAsync();
            _time.Advance(TimeSpan.FromSeconds(0.9)); // The check begins most of a second after it was picked.
            if (names.Contains("often"))
            {
                picked.Add(second);
                await CheckedAsync("often");
            }

            _time.Advance(TimeSpan.FromSeconds(0.1));
        }

        Assert.Equal([0, 10, 20, 30, 40, 50], picked);
    }

    [Fact]
    public async Task A_clock_that_jumps_makes_each_due_once()
    {
        foreach (var name in await DueAsync())
            await CheckedAsync(name);
        _time.Advance(TimeSpan.FromHours(1)); // Forward, or a machine that slept.
        Assert.Equal(["often", "usual"], (await DueAsync()).Order());
        foreach (var name in new[] { "often", "usual" })
            await CheckedAsync(name);
        Assert.Empty(await DueAsync());

        _time.Advance(TimeSpan.FromHours(-1)); // Back: what was checked in the future says nothing.
        Assert.Equal(["often", "usual"], (await DueAsync()).Order());
        foreach (var name in new[] { "often", "usual" })
            await CheckedAsync(name);
        Assert.Empty(await DueAsync());
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<IReadOnlyList<string>> DueAsync(CheckKind check = CheckKind.QuickCheck)
    {
        var result = await _due.RunAsync(new DueResources.Inputs(check, Drawn), Cancel);
        return result.Outputs.TryGetValue("Resources", out var names) ? (IReadOnlyList<string>)names! : [];
    }

    private async Task CheckedAsync(string resource) => await EndAsync(await BeginAsync(resource));

    private async Task<string> BeginAsync(string resource)
    {
        var id = $"c{++_runs}";
        Assert.IsType<HostedBegin.Begun>(await _checks.BeginAsync(new(id, resource, "quickCheck", HostedKind.Check), Cancel));
        return id;
    }

    private Task EndAsync(string id) => _checks.EndAsync(id, "Succeeded", 0, null);

    private static Resource Resource(string name) => new()
    {
        Name = name, ServiceControl = ServiceControlKind.PgCtl, Service = name, DataDirectory = "/data", BinDirectory = "/bin", Port = 5432, InitialState = ResourceState.ISP,
    };
}
