using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace PgWorkflows.EndToEnd.Tests;

/// <summary>Versions of a definition, and files of it, by Studio's own buttons.</summary>
[Collection(StudioCollection.Name)]
public sealed class DefinitionHistoryTests
{
    private readonly StudioSession _session;

    public DefinitionHistoryTests(StudioSession session)
    {
        Assert.SkipUnless(StudioSession.IsPossible, "There is no Chromium here (PGW_TEST_CHROMIUM names another place).");
        _session = session;
    }

    [Fact]
    public async Task An_earlier_version_is_looked_at_and_brought_back()
    {
        await _session.PublishAsync("versions", StudioSession.Activity("one", "Elsa.WriteLine", ("text", "String", "first")));
        await _session.PublishAsync("versions", StudioSession.Activity("one", "Elsa.WriteLine", ("text", "String", "second")));
        var studio = await _session.OpenAsync("/studio/definitions/versions");
        var page = studio.Page;
        await page.Locator(".x6-node").First.WaitForAsync();
        await page.WaitForTimeoutAsync(2000);
        await studio.PictureAsync("editor-versions-0");
        await page.GetByText("Version history", new() { Exact = false }).First.ClickAsync();
        await page.WaitForTimeoutAsync(1500);
        await studio.PictureAsync("editor-versions-1");
        await studio.NothingWentWrongAsync();
    }

    [Fact]
    public async Task A_definition_is_exported_and_imported_by_the_buttons_of_the_list()
    {
        var studio = await _session.OpenAsync("/studio/definitions");
        var page = studio.Page;
        await page.Locator("tbody tr").Filter(new() { HasText = "restore" }).First.WaitForAsync();
        await page.WaitForTimeoutAsync(1500);
        await page.Locator("tbody tr").Filter(new() { HasText = "quickCheck" }).First.Locator("button").Last.ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        await studio.PictureAsync("list-menu");
        await studio.NothingWentWrongAsync();
    }
}
