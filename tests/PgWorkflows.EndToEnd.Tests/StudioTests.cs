using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace PgWorkflows.EndToEnd.Tests;

/// <summary>The real Elsa Studio against the running server and a real PostgreSQL.</summary>
[Collection(StudioCollection.Name)]
public sealed class StudioTests
{
    private readonly StudioSession _session;

    public StudioTests(StudioSession session)
    {
        Assert.SkipUnless(StudioSession.IsPossible, "There is no Chromium here (PGW_TEST_CHROMIUM names another place).");
        _session = session;
    }

    [Fact]
    public async Task The_list_shows_the_shipped_workflows()
    {
        var studio = await _session.OpenAsync("/studio/definitions");
        await studio.Page.Locator("tbody tr").Filter(new() { HasText = "restore" }).First.WaitForAsync();
        await studio.Page.WaitForTimeoutAsync(1500);
        await studio.PictureAsync("definitions");
        foreach (var name in new[] { "quickCheck", "deepCheck", "deepCheckSteps", "restore", "remove", "recover" })
            Assert.True(await studio.Page.Locator("tbody tr").Filter(new() { HasText = name }).CountAsync() >= 1, name);
        await studio.NothingWentWrongAsync();
    }

    [Theory]
    [InlineData("restore")]
    [InlineData("guardedRecover")]
    [InlineData("guardedCheckSteps")]
    public async Task A_shipped_workflow_is_drawn_with_all_its_activities(string definition)
    {
        var studio = await _session.OpenAsync($"/studio/definitions/{definition}");
        await studio.Page.Locator(".x6-node").First.WaitForAsync();
        await studio.Page.WaitForTimeoutAsync(2500);
        await studio.PictureAsync($"editor-{definition}");
        var activities = (await GetAsync($"/elsa/api/workflow-definitions/{definition}")).GetProperty("root").GetProperty("activities").GetArrayLength();
        Assert.Equal(activities, await studio.Page.Locator(".x6-node").CountAsync());
        await studio.NothingWentWrongAsync();
    }

    [Theory]
    [InlineData("protect", "(2) may it be recovered?", "getFailure(): any")]
    [InlineData("http-actions", "(2) run the action", "getRoute(): any")]
    public async Task A_node_with_a_script_is_clicked_and_the_editor_knows_the_names_of_the_workflow(string definition, string node, string name)
    {
        var studio = await _session.OpenAsync($"/studio/definitions/{definition}");
        var page = studio.Page;
        await page.Locator(".x6-node").First.WaitForAsync();
        await page.WaitForTimeoutAsync(2500);
        await page.RunAndWaitForResponseAsync(() => page.Locator(".x6-node", new() { HasText = node }).First.ClickAsync(), answer => answer.Url.EndsWith($"/scripting/javascript/type-definitions/{definition}", StringComparison.Ordinal));
        await page.WaitForFunctionAsync("name => Object.values(monaco.languages.typescript.javascriptDefaults.getExtraLibs()).some(lib => lib.content.includes(name))", name);
        await page.WaitForTimeoutAsync(1500);
        await studio.PictureAsync($"editor-script-{definition}");
        await studio.NothingWentWrongAsync();
    }

    [Fact]
    public async Task A_viewer_sees_definitions_and_cannot_edit_them()
    {
        var studio = await _session.OpenAsync("/studio/definitions", "Viewer");
        var page = studio.Page;
        await page.Locator("tbody tr").Filter(new() { HasText = "restore" }).First.WaitForAsync();
        await page.WaitForTimeoutAsync(1500);
        await Assertions.Expect(page.Locator("button", new() { HasText = "Create workflow" })).ToBeDisabledAsync();
        await page.Locator("tbody tr").First.Locator(".mud-menu button").ClickAsync();
        foreach (var item in new[] { "Delete", "Publish", "Unpublish" })
            await Assertions.Expect(page.Locator(".mud-popover-open .mud-menu-item", new() { HasTextRegex = new($"^{item}$") })).ToHaveClassAsync(new Regex("mud-disabled"));
        await studio.PictureAsync("definitions-viewer");

        await page.GotoAsync("/studio/definitions/protect");
        await page.Locator(".x6-node").First.WaitForAsync();
        await page.WaitForTimeoutAsync(2500);
        await Assertions.Expect(page.GetByText("read-only mode")).ToBeVisibleAsync();
        await Assertions.Expect(InputOf(page, "Name")).ToBeDisabledAsync();
        await Assertions.Expect(page.GetByText("Auto-save")).ToHaveCountAsync(0);

        await page.Locator(".x6-node", new() { HasText = "(2) may it be recovered?" }).ClickAsync();
        await page.WaitForTimeoutAsync(1500);
        await studio.PictureAsync("editor-viewer");

        // A node that is pulled stays where it is, and nothing is sent that the server would refuse.
        var node = page.Locator(".x6-node", new() { HasText = "(2) hands off" });
        var before = await node.GetAttributeAsync("transform");
        await node.HoverAsync();
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(500, 500, new() { Steps = 10 });
        await page.Mouse.UpAsync();
        await page.WaitForTimeoutAsync(1500);
        Assert.Equal(before, await node.GetAttributeAsync("transform"));
        await studio.NothingWentWrongAsync();
    }

    [Fact]
    public async Task A_finished_run_shows_its_path_and_its_journal()
    {
        using var client = _session.Server.CreateClient();
        var answer = await client.PostAsJsonAsync("/elsa/api/workflow-definitions/deepCheck/execute", new { input = new Dictionary<string, string> { ["Resource"] = "main" } }, TestContext.Current.CancellationToken);
        var id = answer.Headers.GetValues("x-elsa-workflow-instance-id").Single();
        var studio = await _session.OpenAsync($"/studio/instances/{id}");
        await studio.Page.Locator(".mud-timeline-item").First.WaitForAsync();
        await studio.Page.WaitForTimeoutAsync(2500);
        await studio.PictureAsync("viewer-deepCheck");
        Assert.NotEqual(0, await studio.Page.Locator(".x6-node", new() { HasText = "sc query" }).Locator(".mud-badge", new() { HasText = "1" }).CountAsync());
        Assert.NotEqual(0, await studio.Page.Locator(".mud-timeline-item", new() { HasText = "sc query" }).CountAsync());
        await studio.NothingWentWrongAsync();

        var list = await _session.OpenAsync("/studio/instances");
        await list.Page.Locator("tbody tr").First.WaitForAsync();
        await list.Page.WaitForTimeoutAsync(1500);
        await list.PictureAsync("instances");
        await list.NothingWentWrongAsync();
    }

    [Fact]
    public async Task A_workflow_is_drawn_refused_mended_published_and_run()
    {
        var studio = await _session.OpenAsync("/studio/definitions");
        var page = studio.Page;
        await page.Locator("tbody tr").Filter(new() { HasText = "restore" }).First.WaitForAsync();
        await page.WaitForTimeoutAsync(800); // The list learns by a second request that it may be edited.
        await page.Locator("button", new() { HasText = "Create workflow" }).First.ClickAsync();
        await page.Locator(".mud-dialog input").First.FillAsync("Is it up");
        await page.Locator(".mud-dialog button:has-text('Ok')").Last.ClickAsync();
        await page.WaitForURLAsync("**/studio/definitions/*");
        var definitionId = new Uri(page.Url).Segments[^1];

        await DropAsync(page, "PostgreSQL", "Check resource state", 150, 120);
        await DropAsync(page, "Console", "Write line", 450, 260);
        await page.Locator(".x6-node").Nth(1).WaitForAsync();

        // Without its input the workflow is refused, and Studio says why.
        await page.Locator("button.mud-icon-button.mud-primary-text").First.ClickAsync();
        var reason = page.Locator(".mud-snackbar", new() { HasText = "Resource" });
        await reason.First.WaitForAsync();
        await studio.PictureAsync("editor-refused");
        studio.Expect("400: POST");
        studio.Expect("the server responded with a status of 400");

        for (var i = 0; i < 20 && await page.Locator(".mud-snackbar").CountAsync() > 0; i++)
        {
            // The reasons lie over the canvas until they are closed, and Studio shows a few at a time.
            await page.EvaluateAsync("() => document.querySelectorAll('.mud-snackbar button').forEach(button => button.click())");
            await page.WaitForTimeoutAsync(500);
        }

        await ConnectAsync(page, "ISP");
        await ConnectAsync(page, "Other");
        await page.Locator(".x6-node", new() { HasText = "Check resource state" }).ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        await studio.PictureAsync("editor-connected");
        var input = InputOf(page, "Resource");
        await input.FillAsync("main");
        await input.PressAsync("Tab");
        await page.Locator(".x6-node", new() { HasText = "Write line" }).ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        var text = InputOf(page, "Text");
        await text.FillAsync("it runs");
        await text.PressAsync("Tab");
        await page.WaitForTimeoutAsync(2000); // Studio saves half a second after the last change.
        await studio.PictureAsync("editor-drawn");

        await page.Locator("button.mud-icon-button.mud-primary-text").First.ClickAsync();
        await page.Locator(".mud-snackbar", new() { HasText = "published" }).First.WaitForAsync();
        var stored = await GetAsync($"/elsa/api/workflow-definitions/by-definition-id/{definitionId}?versionOptions=Published");
        Assert.Equal(2, stored.GetProperty("root").GetProperty("activities").GetArrayLength());
        Assert.Equal(["ISP", "Other"], stored.GetProperty("root").GetProperty("connections").EnumerateArray()
            .Select(connection => connection.GetProperty("source").GetProperty("port").GetString()!).Order());

        await page.Locator("button.mud-icon-button.mud-success-text").First.ClickAsync();
        await page.WaitForURLAsync("**/studio/instances/*");
        await page.Locator(".mud-timeline-item", new() { HasText = "Write line" }).First.WaitForAsync();
        await page.Locator(".x6-node", new() { HasText = "Check resource state" }).ClickAsync();
        await page.WaitForTimeoutAsync(1500);
        await studio.PictureAsync("viewer-own-run");
        var run = await GetAsync($"/elsa/api/workflow-instances/{new Uri(page.Url).Segments[^1]}");
        Assert.Equal("Finished", run.GetProperty("subStatus").GetString());
        await studio.NothingWentWrongAsync();
    }

    private static async Task DropAsync(IPage page, string category, string activity, int x, int y)
    {
        await page.Locator(".x6-graph").First.WaitForAsync();
        await page.GetByText(category, new() { Exact = true }).First.ClickAsync();
        await page.GetByText(activity, new() { Exact = true }).First.DragToAsync(page.Locator(".x6-graph").First, new() { TargetPosition = new() { X = x, Y = y } });
        await page.WaitForTimeoutAsync(1500);
    }

    /// <summary>Draws the connection from an outcome of the first node to the second node, by mouse.</summary>
    private static async Task ConnectAsync(IPage page, string outcome)
    {
        var from = await page.Locator(".x6-node", new() { HasText = "Check resource state" }).Locator($"[port={outcome}] circle").Last.BoundingBoxAsync();
        var to = await page.Locator(".x6-node", new() { HasText = "Write line" }).Locator("[port=In] circle").Last.BoundingBoxAsync();
        Assert.NotNull(from);
        Assert.NotNull(to);
        await page.Mouse.MoveAsync(from.X + (from.Width / 2), from.Y + (from.Height / 2));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(from.X + 60, from.Y + 40, new() { Steps = 5 });
        await page.Mouse.MoveAsync(to.X + (to.Width / 2), to.Y + (to.Height / 2), new() { Steps = 10 });
        await page.Mouse.UpAsync();
        await page.WaitForTimeoutAsync(500);
    }

    private static ILocator InputOf(IPage page, string label) =>
        page.Locator(".mud-input-control", new() { Has = page.Locator("label", new() { HasTextRegex = new($"^{label}") }) }).Locator("input, textarea").First;

    private async Task<JsonElement> GetAsync(string path)
    {
        using var client = _session.Server.CreateClient();
        return await client.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);
    }
}
