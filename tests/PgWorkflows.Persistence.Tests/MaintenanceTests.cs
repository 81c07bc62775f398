using PgWorkflows.Persistence.Maintenance;
using PgWorkflows.Postgres.Resources;
using Xunit;

namespace PgWorkflows.Persistence.Tests;

public sealed class MaintenanceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_on_from_when_it_is_switched_on_to_when_it_expires()
    {
        using var stored = await Stored.CreateAsync();
        var store = new MaintenanceStore(stored.Database, stored.Time);

        Assert.Null(await store.FindAsync("main", Token));
        var began = await store.BeginAsync("main", "ann", Request("new disks", "2h"), Token);
        stored.Time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        var before = await store.FindAsync("MAIN", Token); // Names of resources are alike in upper and lower case.
        stored.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(began, before);
        Assert.Equal(("ann", "new disks", TimeSpan.FromHours(2)), (began.Owner, began.Reason, began.Until - began.Since));
        Assert.Null(await store.FindAsync("main", Token));
        Assert.Empty(await store.AllAsync(Token));
        Assert.Null(await store.EndAsync("main", Token)); // What has expired cannot be switched off.
    }

    [Fact]
    public async Task A_second_one_replaces_the_first_and_off_ends_it()
    {
        using var stored = await Stored.CreateAsync();
        var store = new MaintenanceStore(stored.Database, stored.Time);
        await store.BeginAsync("main", "ann", Request("new disks", "2h"), Token);
        await store.BeginAsync("other", "ann", Request("upgrade", "1d"), Token);
        await store.BeginAsync("Main", "bob", Request("newer disks", "90m"), Token);

        Assert.Equal(["bob: newer disks", "ann: upgrade"], (await store.AllAsync(Token)).Select(mode => $"{mode.Owner}: {mode.Reason}"));
        Assert.Equal("bob", (await store.EndAsync("main", Token))?.Owner);
        Assert.Equal("other", Assert.Single(await store.AllAsync(Token)).Resource);
        Assert.Null(await store.EndAsync("main", Token));
    }

    [Theory]
    [InlineData("x", "1m", null)]
    [InlineData(" x ", "30d", null)]
    [InlineData("x", "720h", null)]
    [InlineData("x", "43200m", null)]
    [InlineData("x", "31d", "for")]
    [InlineData("x", "43201m", "for")]
    [InlineData("x", "0m", "for")]
    [InlineData("x", "99999d", "for")]
    [InlineData("x", "-2h", "for")]
    [InlineData("x", "2", "for")]
    [InlineData("x", "2H", "for")]
    [InlineData("x", "1.5h", "for")]
    [InlineData("x", "２h", "for")]
    [InlineData("x", "02:00:00", "for")]
    [InlineData("x", "", "for")]
    [InlineData("x", null, "for")]
    [InlineData("", "2h", "reason")]
    [InlineData("  ", "2h", "reason")]
    [InlineData(null, "2h", "reason")]
    [InlineData("a\nb", "2h", "reason")]
    public void A_reason_and_an_end_within_bounds_are_required(string? reason, string? span, string? wrong)
    {
        var request = MaintenanceRequest.Read(reason, span, out var problem);

        Assert.Equal(wrong, problem?.Field);
        Assert.Equal(wrong is null, request is not null);
        Assert.NotNull(MaintenanceRequest.Read(new string('x', MaintenanceRequest.LongestReason), "2h", out _));
        Assert.Null(MaintenanceRequest.Read(new string('x', MaintenanceRequest.LongestReason + 1), "2h", out _));
    }

    private static MaintenanceRequest Request(string reason, string span) => MaintenanceRequest.Read(reason, span, out _)!;
}
