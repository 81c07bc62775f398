using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
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
        await page.SetViewportSizeAsync(2600, 900); // The pane with the versions is narrow.
        await page.Locator(".mud-tab", new() { HasText = "Version history" }).ClickAsync();
        await MenuAsync(page, RowOf(page, "1"), "View");
        await page.WaitForTimeoutAsync(1500);
        await studio.PictureAsync("editor-earlier-version");
        await page.Locator(".x6-node").First.ClickAsync();
        await page.WaitForTimeoutAsync(1500);
        Assert.Equal("first", await page.Locator(".mud-input-control", new() { HasText = "Text" }).Locator("input, textarea").First.InputValueAsync());

        await MenuAsync(page, RowOf(page, "1"), "Rollback");
        if (await page.Locator(".mud-dialog button").CountAsync() > 0)
            await page.Locator(".mud-dialog button").Last.ClickAsync();
        await RowOf(page, "3").WaitForAsync();
        await studio.PictureAsync("editor-brought-back");
        using var client = _session.Server.CreateClient();
        var latest = await client.GetFromJsonAsync<JsonElement>("/elsa/api/workflow-definitions/versions?versionOptions=Latest", TestContext.Current.CancellationToken);
        Assert.Equal(3, latest.GetProperty("version").GetInt32());
        Assert.Equal("first", latest.GetProperty("root").GetProperty("activities")[0].GetProperty("text").GetProperty("expression").GetProperty("value").GetString());
        await studio.NothingWentWrongAsync();
    }

    [Fact]
    public async Task A_definition_is_exported_and_imported_by_the_buttons_of_the_list()
    {
        var studio = await _session.OpenAsync("/studio/definitions");
        var page = studio.Page;
        await page.Locator("tbody tr").Filter(new() { HasText = "restore" }).First.WaitForAsync();
        await page.WaitForTimeoutAsync(1500);
        await MenuAsync(page, page.Locator("tbody tr").Filter(new() { HasText = "guardedQuickCheck" }).First, "Export");
        await page.Locator(".mud-dialog").WaitForAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator(".mud-dialog button", new() { HasText = "Export" }).ClickAsync());
        Assert.StartsWith("workflow-definition-guardedquickcheck-guardedQuickCheck-", download.SuggestedFilename, StringComparison.Ordinal);
        var file = Path.Combine(Directory.CreateTempSubdirectory("pgw-export-").FullName, "copy.json");
        await download.SaveAsAsync(file);
        var exported = (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        Assert.StartsWith("https://elsaworkflows.io/schemas/workflow-definition", exported["$schema"]!.GetValue<string>(), StringComparison.Ordinal);

        // Under another id it comes back as a definition of its own.
        (exported["definitionId"], exported["id"], exported["name"]) = ("copied", "copied-1", "copied check");
        await File.WriteAllTextAsync(file, exported.ToJsonString(), TestContext.Current.CancellationToken);
        await page.Locator(".mud-button-group-root button").Last.ClickAsync();
        await page.WaitForTimeoutAsync(1000);
        await studio.PictureAsync("list-create-menu");
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.GetByText("Import", new() { Exact = true }).First.ClickAsync());
        await chooser.SetFilesAsync(file);
        await page.Locator("tbody tr").Filter(new() { HasText = "copied check" }).First.WaitForAsync();
        await studio.PictureAsync("list-imported");
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        using var client = _session.Server.CreateClient();
        var copy = await client.GetFromJsonAsync<JsonElement>("/elsa/api/workflow-definitions/copied", TestContext.Current.CancellationToken);
        Assert.Equal(exported["root"]!["activities"]!.AsArray().Count, copy.GetProperty("root").GetProperty("activities").GetArrayLength());
        await studio.NothingWentWrongAsync();
    }

    private static ILocator RowOf(IPage page, string version) =>
        page.Locator("tbody tr", new() { Has = page.Locator("td", new() { HasTextRegex = new($"^\\s*{version}\\s*$") }) }).First;

    private static async Task MenuAsync(IPage page, ILocator row, string entry)
    {
        await row.Locator("button").Last.ClickAsync();
        await page.Locator(".mud-popover-open").GetByText(entry).First.ClickAsync();
    }
}
