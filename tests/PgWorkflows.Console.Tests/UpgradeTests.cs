using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>An edit beside a newer shipped version, by the real pgw on the same history: on this machine and through the server.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly TestServer _server = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_newer_shipped_version_is_shown_beside_the_edit_and_accepted(bool isThroughServer)
    {
        await EditAsync();
        await UpgradeAsync();

        var list = await PgwAsync(isThroughServer, "workflows", "list");
        Assert.Contains(Lines(list), line => line.StartsWith("quickCheck", StringComparison.Ordinal) && line.Contains("edited", StringComparison.Ordinal) && line.Contains("shipped version 3 is offered", StringComparison.Ordinal));
        Assert.Contains(Lines(list), line => line.StartsWith("restore", StringComparison.Ordinal) && line.EndsWith("as shipped", StringComparison.Ordinal));

        var diff = await PgwAsync(isThroughServer, "workflows", "diff", "quickCheck");
        Assert.Equal(1, diff.ExitCode);
        Assert.Equal(
        [
            "--- quickCheck, your version 2 (published)",
            "+++ quickCheck, shipped version 3 (offered)",
            "  the definition",
            "-     description: ours",
            "+     description: newer",
            "- activity ours Elsa.WriteLine our line",
            "  activity query PgWorkflows.QueryService (2) sc query",
            "-     resource: Literal ours",
            "+     resource: Input {\"name\": \"Resource\", \"type\": \"String\"}",
            "- connection query Running → ours",
            "+ connection query Running → " + Target("Running"),
        ], Lines(diff));

        var accepted = await PgwAsync(isThroughServer, "workflows", "accept", "quickCheck");
        Assert.Equal((0, "quickCheck: the shipped version 3 acts now. Your edit, version 2, stays in the history."), (accepted.ExitCode, accepted.Stdout.Trim()));
        Assert.Equal("newer", (await PublishedAsync()).Definition.Description);
        Assert.NotNull(await Definitions.ChooseAsync("quickCheck", new(VersionKind.Number, 2), Cancel));
        var row = (await Audit.ListAsync("definition-accepted", null, 10, Cancel)).Single();
        Assert.Equal(("quickCheck", "done", isThroughServer), (row.Entry.Target, row.Entry.Outcome, row.Entry.Actor.Contains("test", StringComparison.Ordinal)));

        if (isThroughServer)
        {
            var again = await PgwAsync(isThroughServer, "workflows", "accept", "quickCheck");
            Assert.Equal(68, again.ExitCode);
            Assert.Contains("Nothing newer is offered for 'quickCheck'", again.Stderr);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Without_an_edit_there_is_nothing_to_go_back_from_and_with_one_there_is(bool isThroughServer)
    {
        var same = await PgwAsync(isThroughServer, "workflows", "diff", "quickCheck");
        Assert.Equal((0, "quickCheck is not edited: the shipped version 1 acts."), (same.ExitCode, same.Stdout.Trim()));
        var early = await PgwAsync(isThroughServer, "workflows", "reset", "quickCheck");
        Assert.Equal(68, early.ExitCode);
        Assert.Contains("is not edited: the shipped version 1 acts already", early.Stderr);

        await EditAsync();
        var diff = await PgwAsync(isThroughServer, "workflows", "diff", "quickCheck", "--json");
        Assert.Equal(1, diff.ExitCode);
        var comparison = JsonSerializer.Deserialize<JsonElement>(diff.Stdout);
        Assert.Equal((2, 1, false), (comparison.GetProperty("edit").GetInt32(), comparison.GetProperty("shipped").GetInt32(), comparison.GetProperty("isOffer").GetBoolean()));
        Assert.Equal("Edit", comparison.GetProperty("difference").GetProperty("activities")[0].GetProperty("onlyIn").GetString());

        Assert.Equal(0, (await PgwAsync(isThroughServer, "workflows", "reset", "quickCheck")).ExitCode);
        var published = await PublishedAsync();
        Assert.Equal((1, true, true), (published.Version, published.IsShipped, published.IsLatest));
        Assert.Single(await Audit.ListAsync("definition-reset", null, 10, Cancel), row => row.Entry.Outcome == "done");

        foreach (var what in new[] { "diff", "accept", "reset" })
            Assert.Equal(68, (await PgwAsync(isThroughServer, "workflows", what, "nothing")).ExitCode);
    }

    [Fact]
    public async Task Taking_over_needs_an_author_and_is_refused_to_an_operator()
    {
        await EditAsync();
        var refused = await Pgw.RunAsync(_server.Address, await _server.KeyAsync(Role.Operator), "workflows", "reset", "quickCheck");

        Assert.Equal(77, refused.ExitCode);
        Assert.Equal("ours", (await PublishedAsync()).Definition.Description);
    }

    public void Dispose() => _server.Dispose();

    private DefinitionStore Definitions => _server.Services.GetRequiredService<Installation>().Definitions;

    private AuditStore Audit => _server.Services.GetRequiredService<AuditStore>();

    private async Task<DefinitionVersion> PublishedAsync() => (await Definitions.ChooseAsync("quickCheck", new(VersionKind.Published), Cancel))!;

    private async Task<Pgw.Ended> PgwAsync(bool isThroughServer, params string[] arguments) => isThroughServer
        ? await Pgw.RunAsync(_server.Address, await _server.KeyAsync(Role.Author), arguments)
        : await Pgw.RunAsync(null, null, [.. arguments, "--config", _server.ConfigurationFile]);

    private static string[] Lines(Pgw.Ended ended) => ended.Stdout.TrimEnd().Split('\n');

    /// <summary>The operator has put a line in between and names the resource.</summary>
    private async Task EditAsync()
    {
        var edit = Shipped();
        edit["description"] = "ours";
        var root = (JsonObject)edit["root"]!;
        Activity(root, "query")["resource"]!["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = "ours" };
        ((JsonArray)root["activities"]!).Add(new JsonObject { ["id"] = "ours", ["type"] = "Elsa.WriteLine", ["version"] = 1, ["metadata"] = new JsonObject { ["displayText"] = "our line" } });
        Connection(root, "query", "Running")["target"]!["activity"] = "ours";
        Activity(root, "query")["metadata"]!["designer"] = new JsonObject { ["position"] = new JsonObject { ["x"] = 1, ["y"] = 2 } }; // Moved on the canvas: no difference.
        Activity(root, "query")["customProperties"] = new JsonObject { ["canStartWorkflow"] = false }; // As Studio writes: no difference.
        Assert.NotNull(await Definitions.PublishAsync(await Definitions.SaveDraftAsync("quickCheck", edit, Cancel), Cancel));
    }

    private async Task UpgradeAsync()
    {
        var newer = Shipped();
        newer["description"] = "newer";
        await Definitions.ImportAsync([DefinitionReader.Read(JsonSerializer.SerializeToUtf8Bytes(newer)).Definition!], Cancel);
    }

    private static string Target(string port) => Connection((JsonObject)Shipped()["root"]!, "query", port)["target"]!["activity"]!.GetValue<string>();

    private static JsonObject Shipped() => (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(ShippedDefinitions.Folder, "quickCheck.json")))!;

    private static JsonObject Activity(JsonObject root, string id) => root["activities"]!.AsArray().Select(item => (JsonObject)item!).Single(item => item["id"]!.GetValue<string>() == id);

    private static JsonObject Connection(JsonObject root, string source, string port) => root["connections"]!.AsArray().Select(item => (JsonObject)item!)
        .Single(item => item["source"]!["activity"]!.GetValue<string>() == source && item["source"]!["port"]!.GetValue<string>() == port);
}
