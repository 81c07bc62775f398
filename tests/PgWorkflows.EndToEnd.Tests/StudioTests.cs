using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace PgWorkflows.EndToEnd.Tests;

/// <summary>The real Elsa Studio against the running server and a real PostgreSQL.</summary>
public sealed class StudioTests(StudioSession session) : IClassFixture<StudioSession>
{
    [Fact]
    public async Task The_list_shows_the_shipped_workflows()
    {
        var studio = await session.OpenAsync("/studio/definitions");
        await studio.Page.Locator("tbody tr").Filter(new() { HasText = "restore" }).First.WaitForAsync();
        await studio.Page.WaitForTimeoutAsync(1500);
        await studio.PictureAsync("definitions");
        Assert.Equal(6, await studio.Page.Locator("tbody tr").CountAsync());
        await studio.NothingWentWrongAsync();
    }

    [Fact]
    public async Task A_shipped_workflow_is_drawn_with_all_its_activities()
    {
        var studio = await session.OpenAsync("/studio/definitions/restore");
        await studio.Page.Locator(".x6-node").First.WaitForAsync();
        await studio.Page.WaitForTimeoutAsync(2500);
        await studio.PictureAsync("editor-restore");
        await studio.NothingWentWrongAsync();
    }

    [Fact]
    public async Task A_finished_run_shows_its_path_and_its_journal()
    {
        using var client = session.Server.CreateClient();
        var answer = await client.PostAsJsonAsync("/elsa/api/workflow-definitions/deepCheck/execute", new { input = new Dictionary<string, string> { ["Resource"] = "main" } }, TestContext.Current.CancellationToken);
        var id = answer.Headers.GetValues("x-elsa-workflow-instance-id").Single();
        var studio = await session.OpenAsync($"/studio/instances/{id}");
        await studio.Page.Locator(".mud-timeline-item").First.WaitForAsync();
        await studio.Page.WaitForTimeoutAsync(2500);
        await studio.PictureAsync("viewer-deepCheck");
        await studio.NothingWentWrongAsync();

        var list = await session.OpenAsync("/studio/instances");
        await list.Page.Locator("tbody tr").First.WaitForAsync();
        await list.Page.WaitForTimeoutAsync(1500);
        await list.PictureAsync("instances");
        await list.NothingWentWrongAsync();
    }

    [Fact]
    public async Task Explore()
    {
        var studio = await session.OpenAsync("/studio/definitions");
        var page = studio.Page;
        await page.Locator("tbody tr").Filter(new() { HasText = "restore" }).First.WaitForAsync();
        await page.WaitForTimeoutAsync(800);
        await page.Locator("button", new() { HasText = "Create workflow" }).First.ClickAsync();
        await page.WaitForTimeoutAsync(1500);
        await studio.PictureAsync("x-create");
        await File.WriteAllTextAsync("/tmp/x-create.html", await page.Locator(".mud-dialog").InnerHTMLAsync(), TestContext.Current.CancellationToken);
        await page.Locator(".mud-dialog input").First.FillAsync("Is it up");
        await page.Locator(".mud-dialog button[type=submit], .mud-dialog button:has-text('Ok')").Last.ClickAsync();
        await page.WaitForURLAsync("**/studio/definitions/*");
        await page.Locator(".x6-graph").First.WaitForAsync();
        await page.WaitForTimeoutAsync(2000);
        await page.GetByText("PostgreSQL", new() { Exact = true }).ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        await studio.PictureAsync("x-palette");
        await File.WriteAllTextAsync("/tmp/x-editor.html", await page.Locator("#host").InnerHTMLAsync(), TestContext.Current.CancellationToken);
        await page.GetByText("Query service", new() { Exact = true }).First.DragToAsync(page.Locator(".x6-graph").First, new() { TargetPosition = new() { X = 200, Y = 150 } });
        await page.WaitForTimeoutAsync(2500);
        await studio.PictureAsync("x-dropped");
        await File.WriteAllTextAsync("/tmp/x-dropped.html", await page.Locator("#host").InnerHTMLAsync(), TestContext.Current.CancellationToken);
        await studio.NothingWentWrongAsync();
    }
}
