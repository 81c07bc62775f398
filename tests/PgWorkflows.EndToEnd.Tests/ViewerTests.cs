using System.Net.Http.Json;
using Microsoft.Playwright;

namespace PgWorkflows.EndToEnd.Tests;

/// <summary>What Studio's viewer shows of runs: what each step found, faults, workflows inside of workflows, and progress while it goes on.</summary>
[Collection(StudioCollection.Name)]
public sealed class ViewerTests
{
    private readonly StudioSession _session;

    public ViewerTests(StudioSession session)
    {
        Assert.SkipUnless(StudioSession.IsPossible, "There is no Chromium here (PGW_TEST_CHROMIUM names another place).");
        _session = session;
    }

    [Fact]
    public async Task A_step_shows_its_sentence_its_inputs_its_outcome_and_its_outputs()
    {
        var studio = await _session.OpenAsync($"/studio/instances/{await EndedAsync("deepCheck", new Dictionary<string, string> { ["Resource"] = "main" })}");
        var page = studio.Page;
        await page.Locator(".mud-timeline-item").First.WaitForAsync();
        await page.WaitForTimeoutAsync(2000);
        await page.Locator(".mud-timeline-item", new() { HasText = "sc query" }).Nth(1).ClickAsync();
        await page.Locator(".mud-tab", new() { HasText = "Event" }).WaitForAsync();
        await page.WaitForTimeoutAsync(1000);
        var details = page.Locator(".mud-tabs-panels", new() { HasText = "Node ID" }).Last;
        await Expect(details).ToContainTextAsync("Resource"); // The input …
        await Expect(details).ToContainTextAsync("main");
        await Expect(details).ToContainTextAsync("[\"Running\"]"); // … the outcome …
        await Expect(details).ToContainTextAsync("pg_ctl status"); // … and the evidence, an output.
        await studio.PictureAsync("viewer-step");
        await page.Locator(".mud-tab", new() { HasText = "Event" }).ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        await studio.PictureAsync("viewer-journal-entry");
        await Expect(page.GetByText("main is running (pg_ctl status: server is running (ready))")).ToBeVisibleAsync();
        await page.Locator(".mud-tab", new() { HasText = "Executions" }).ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        await page.Locator(".mud-tab-panel tbody tr, tbody tr").First.ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        await studio.PictureAsync("viewer-executions");
        await studio.NothingWentWrongAsync();
    }

    [Fact]
    public async Task The_steps_of_a_workflow_used_as_an_activity_are_seen_by_opening_it()
    {
        var studio = await _session.OpenAsync($"/studio/instances/{await EndedAsync("deepCheck", new Dictionary<string, string> { ["Resource"] = "main" })}");
        var page = studio.Page;
        await page.Locator(".mud-timeline-item").First.WaitForAsync();
        await page.WaitForTimeoutAsync(2000);
        await page.Locator(".x6-node", new() { HasText = "deep check steps" }).First.DblClickAsync();
        await page.WaitForTimeoutAsync(2500);
        await studio.PictureAsync("viewer-inside");
        await Expect(page.Locator(".x6-node", new() { HasText = "(6) psql -l" })).ToBeVisibleAsync();
        await Expect(page.Locator(".mud-breadcrumbs")).ToContainTextAsync("DeepCheckSteps1");
        await Expect(page.Locator(".mud-timeline-item").First).ToContainTextAsync("pg_ctl status");
        await studio.NothingWentWrongAsync();
    }

    [Fact]
    public async Task A_fault_stands_among_the_incidents_and_on_its_activity()
    {
        await _session.PublishAsync("breaks", StudioSession.Activity("first", "Elsa.WriteLine", ("text", "String", "so far so good")),
            StudioSession.Activity("bad", "Elsa.Fault", ("code", "String", "42"), ("message", "String", "the disk is gone")));
        var id = await EndedAsync("breaks", new { });
        var studio = await _session.OpenAsync($"/studio/instances/{id}");
        var page = studio.Page;
        await page.Locator(".mud-timeline-item").First.WaitForAsync();
        await page.WaitForTimeoutAsync(2000);
        await page.Locator(".x6-node", new() { HasText = "bad" }).First.ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        await studio.PictureAsync("viewer-faulted");
        await page.Locator(".mud-tab", new() { HasText = "Incidents" }).ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        await studio.PictureAsync("viewer-incidents");
        await Expect(page.GetByText("the disk is gone").First).ToBeVisibleAsync();
        await Expect(page.Locator(".x6-node", new() { HasText = "bad" }).Locator(".mud-badge[class*=error]")).ToBeVisibleAsync();
        await Expect(page.Locator(".mud-timeline-item").Last).ToContainTextAsync("Faulted");
        await studio.NothingWentWrongAsync();
    }

    [Fact]
    public async Task A_run_that_goes_on_advances_before_the_eyes()
    {
        var steps = Enumerable.Range(1, 6).SelectMany(i => new[]
        {
            StudioSession.Activity($"wait{i}", "Elsa.Delay", ("timeSpan", "TimeSpan", i == 1 ? "00:00:20" : "00:00:03")),
            StudioSession.Activity($"line{i}", "Elsa.WriteLine", ("text", "String", $"line {i}")),
        });
        await _session.PublishAsync("slow", [.. steps.Take(8)]);
        var id = await _session.StartAsync("slow");
        var studio = await _session.OpenAsync($"/studio/instances/{id}");
        var page = studio.Page;
        await page.Locator(".mud-timeline-item").First.WaitForAsync();
        await studio.PictureAsync("viewer-live-1");
        Assert.Equal(0, await page.Locator(".mud-timeline-item", new() { HasText = "line1" }).CountAsync());
        await page.Locator(".mud-timeline-item", new() { HasText = "line2" }).First.WaitForAsync(new() { Timeout = 40_000 });
        await studio.PictureAsync("viewer-live-2");
        Assert.NotEqual(0, studio.Sockets); // By the hub, not by asking again and again.
        await page.Locator(".x6-node", new() { HasText = "line4" }).Locator(".mud-badge", new() { HasText = "1" }).WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await Expect(page.Locator("tr", new() { HasTextRegex = new("^\\s*Status\\s*Finished") }).First).ToBeVisibleAsync();
        await studio.PictureAsync("viewer-live-3");
        await studio.NothingWentWrongAsync();
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private async Task<string> EndedAsync(string definitionId, object input)
    {
        using var client = _session.Server.CreateClient();
        using var answer = await client.PostAsJsonAsync($"/elsa/api/workflow-definitions/{definitionId}/execute", new { input }, TestContext.Current.CancellationToken);
        return answer.Headers.GetValues("x-elsa-workflow-instance-id").Single();
    }
}
