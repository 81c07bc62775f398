using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Testing;

namespace PgWorkflows.EndToEnd.Tests;

/// <summary>One server over one real cluster, and one browser, for all tests of Studio.</summary>
public sealed class StudioSession : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser program; where it is missing the tests are skipped, in CI they fail.</summary>
    public static string Chromium { get; } = Environment.GetEnvironmentVariable("PGW_TEST_CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>There is a browser to test with.</summary>
    public static bool IsPossible => File.Exists(Chromium) || Environment.GetEnvironmentVariable("CI") == "true";

    public TemporaryCluster Cluster { get; private set; } = null!;

    /// <summary>A server that cannot start: its configuration has a mistake.</summary>
    public TemporaryCluster Broken { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!IsPossible)
            return;
        Cluster = await TemporaryCluster.StartedAsync();
        Broken = await TemporaryCluster.CreateAsync("no_such_setting = 1");
        Server = await TestServer.StartAsync(Cluster.Resource, Broken.Resource with { Name = "broken", InitialState = ResourceState.OSU });
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (IsPossible)
        {
            await Server.DisposeAsync();
            await Cluster.DisposeAsync();
            await Broken.DisposeAsync();
        }
    }

    /// <summary>Publishes a definition; its root's activities run one after the other.</summary>
    public async Task PublishAsync(string id, params JsonObject[] activities)
    {
        for (var i = 0; i < activities.Length; i++)
        {
            activities[i]["metadata"] ??= new JsonObject();
            activities[i]["metadata"]!["designer"] = new JsonObject { ["position"] = new JsonObject { ["x"] = 60 + (260 * i), ["y"] = 120 }, ["size"] = new JsonObject { ["width"] = 180, ["height"] = 54 } };
        }

        var connections = activities.Skip(1).Select((target, i) => (JsonNode)new JsonObject
        {
            ["source"] = new JsonObject { ["activity"] = activities[i]["id"]!.GetValue<string>(), ["port"] = "Done" },
            ["target"] = new JsonObject { ["activity"] = target["id"]!.GetValue<string>(), ["port"] = "In" },
        });
        using var client = Server.CreateClient();
        using var answer = await client.PostAsJsonAsync("/elsa/api/workflow-definitions", new JsonObject
        {
            ["publish"] = true,
            ["model"] = new JsonObject
            {
                ["definitionId"] = id,
                ["name"] = id,
                ["root"] = new JsonObject { ["id"] = "flow", ["type"] = "Elsa.Flowchart", ["version"] = 1, ["activities"] = new JsonArray(activities), ["connections"] = new JsonArray([.. connections]) },
            },
        });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Starts a run and does not wait for its end.</summary>
    public async Task<string> StartAsync(string definitionId, object? input = null)
    {
        using var client = Server.CreateClient();
        using var answer = await client.PostAsJsonAsync($"/elsa/api/workflow-definitions/{definitionId}/dispatch", new { input = input ?? new { } });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("workflowInstanceId").GetString()!;
    }

    /// <summary>An activity with literal inputs.</summary>
    public static JsonObject Activity(string id, string type, params (string Input, string Type, string Value)[] inputs)
    {
        var activity = new JsonObject { ["id"] = id, ["type"] = type, ["version"] = 1, ["name"] = id };
        foreach (var (input, typeName, value) in inputs)
            activity[input] = new JsonObject { ["typeName"] = typeName, ["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = value } };
        return activity;
    }

    /// <summary>A page that remembers every error and every request that leaves this machine.</summary>
    /// <param name="path">What to open.</param>
    /// <param name="role">Whose eyes see it; a user of that role is made first. The admin's when it is missing.</param>
    public async Task<StudioPage> OpenAsync(string path, string? role = null)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 1440, Height = 900 },
            BaseURL = Server.Address.ToString(),
        });
        var page = new StudioPage(await context.NewPageAsync(), Server.Address);
        var (user, password) = role is null ? Server.FirstCredential : await Server.AddUserAsync(role);
        await page.Page.GotoAsync("/sign-in");
        await page.Page.Locator("input[name=name]").FillAsync(user);
        await page.Page.Locator("input[name=password]").FillAsync(password);
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        await page.Page.GotoAsync(path);
        return page;
    }
}
