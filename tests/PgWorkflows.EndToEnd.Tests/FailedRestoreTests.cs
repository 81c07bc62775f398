using Microsoft.Playwright;

namespace PgWorkflows.EndToEnd.Tests;

/// <summary>A restore that fails on a real server with a mistake in its configuration, as the operator sees it: our page of the run, then Studio's viewer.</summary>
[Collection(StudioCollection.Name)]
public sealed class FailedRestoreTests
{
    private readonly StudioSession _session;

    public FailedRestoreTests(StudioSession session)
    {
        Assert.SkipUnless(StudioSession.IsPossible, "There is no Chromium here (PGW_TEST_CHROMIUM names another place).");
        _session = session;
    }

    [Fact]
    public async Task The_way_it_took_is_seen_beside_the_steps_and_in_studio()
    {
        var studio = await _session.OpenAsync("/resources/broken/actions/restore");
        var page = studio.Page;
        await page.ClickAsync("#confirm");
        await Expect(page.Locator("h1 .badge")).ToHaveTextAsync("Failed", new() { Timeout = 60_000 });

        // The documented steps, with the branch taken and what the program said.
        var steps = page.Locator(".steps li");
        await Expect(steps.Filter(new() { HasText = "(3) sc start" })).ToContainTextAsync("no_such_setting");
        await Expect(steps.Filter(new() { HasText = "113005" }).First).ToBeVisibleAsync();
        await Expect(steps.Last).ToContainTextAsync("(B)");
        await Expect(page.Locator(".steps li.failed").First).ToBeVisibleAsync();

        // The drawing beside them: what ran, the way between, and what did not.
        await Expect(page.Locator("svg.drawing g.done", new() { HasText = "(3) sc start" })).ToHaveCountAsync(1);
        await Expect(page.Locator("svg.drawing g.not", new() { HasText = "(4) sc query" })).ToHaveCountAsync(1);
        Assert.InRange(await page.Locator("svg.drawing path.taken").CountAsync(), 3, 20);
        var (list, drawing) = (await page.Locator(".steps").BoundingBoxAsync(), await page.Locator(".canvas").BoundingBoxAsync());
        Assert.True(drawing!.X >= list!.X + list.Width, "The drawing does not stand beside the steps.");
        await studio.PictureAsync("run-failed-restore");

        await page.Locator("a.button[href^='/studio/instances/']").ClickAsync();
        await page.Locator(".mud-timeline-item").First.WaitForAsync();
        await page.WaitForTimeoutAsync(2000);
        await Expect(page.Locator(".mud-timeline-item", new() { HasText = "(3) sc start" }).First).ToBeVisibleAsync();
        await Expect(page.Locator(".x6-node", new() { HasText = "(3) sc start" }).Locator(".mud-badge", new() { HasText = "1" })).ToBeAttachedAsync();
        await studio.PictureAsync("viewer-failed-restore");
        await studio.NothingWentWrongAsync();
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
