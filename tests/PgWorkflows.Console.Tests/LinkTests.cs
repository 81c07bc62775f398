using System.Net;
using System.Text.Json.Nodes;
using PgWorkflows.Server.Access;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>By its links Studio tells what may be edited, so a caller gets those that lead somewhere.</summary>
public sealed class LinkTests : IDisposable
{
    private const string Reading = "self self versions export";
    private const string Running = "bulk-dispatch dispatch execute";
    private const string Editing = "publish retract delete import update-references";
    private const string ReadingAll = "self is-name-unique count many-by-id";
    private const string EditingAll = "bulk-delete-by-definition-id bulk-delete-by-id bulk-publish bulk-retract import import-files create";

    private readonly TestServer _server = new();

    [Theory]
    [InlineData(nameof(Role.Viewer), Reading, ReadingAll)]
    [InlineData(nameof(Role.Operator), $"{Reading} {Running}", ReadingAll)]
    [InlineData(nameof(Role.Author), $"{Reading} {Running} {Editing}", $"{ReadingAll} {EditingAll}")]
    [InlineData(nameof(Role.Admin), $"{Reading} {Running} {Editing}", $"{ReadingAll} {EditingAll}")]
    public async Task A_role_gets_the_links_that_it_may_follow(string roleName, string ofOne, string ofList)
    {
        using var client = await _server.KeyClientAsync(Enum.Parse<Role>(roleName));

        var list = await GetAsync(client, "?versionOptions=Latest");
        Assert.Equal(Sorted(ofList), Rels(list));
        Assert.All(list["items"]!.AsArray().Where(item => (string?)item!["definitionId"] == "quickCheck"), item => Assert.Equal(Sorted(ofOne), Rels(item!)));
        Assert.Equal(Sorted(ofList), Rels(await GetAsync(client, "?isSystem=true")));

        var definition = await GetAsync(client, "/by-definition-id/quickCheck");
        Assert.Equal(Sorted(ofOne), Rels(definition));
        Assert.Equal(Sorted(ofOne), Rels(await GetAsync(client, $"/by-id/{definition["id"]}")));
        Assert.Equal(Sorted(ofOne), Rels((await GetAsync(client, $"/many-by-id?ids={definition["id"]}"))["items"]![0]!));
        Assert.Equal(Sorted(ofOne), Rels((await GetAsync(client, "/quickCheck/versions"))["items"]![0]!));
    }

    [Theory, InlineData(nameof(Role.Viewer)), InlineData(nameof(Role.Operator)), InlineData(nameof(Role.Author))]
    public async Task A_link_that_is_kept_back_would_have_been_refused_and_the_others_not(string roleName)
    {
        using var admin = await _server.KeyClientAsync(Role.Admin);
        using var client = await _server.KeyClientAsync(Enum.Parse<Role>(roleName));
        foreach (var path in new[] { "?versionOptions=Latest", "/by-definition-id/quickCheck" })
        {
            var given = Links(await GetAsync(client, path)).Select(link => link.ToJsonString()).ToHashSet();
            foreach (var link in Links(await GetAsync(admin, path)))
            {
                using var request = new HttpRequestMessage(new((string)link["method"]!), "/elsa/api" + ((string)link["href"]!).Replace("quickCheck", "nobody", StringComparison.Ordinal));
                using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.True(given.Contains(link.ToJsonString()) == answer.StatusCode is not HttpStatusCode.Forbidden, $"{link.ToJsonString()}: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task What_an_author_has_saved_can_be_edited_on()
    {
        using var client = await _server.KeyClientAsync(Role.Author);
        using var content = new StringContent("""{ "model": { "name": "Ours", "definitionId": "ours" } }""", null, "application/json");

        using var answer = await client.PostAsync("/elsa/api/workflow-definitions", content, TestContext.Current.CancellationToken);

        var saved = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["workflowDefinition"]!;
        Assert.Equal(Sorted($"{Reading} {Running} {Editing}"), Rels(saved));
        Assert.Contains(saved["links"]!.AsArray(), link => (string?)link!["href"] == "/workflow-definitions/ours/publish");
    }

    public void Dispose() => _server.Dispose();

    private static async Task<JsonNode> GetAsync(HttpClient client, string path) =>
        JsonNode.Parse(await client.GetStringAsync($"/elsa/api/workflow-definitions{path}", TestContext.Current.CancellationToken), documentOptions: new() { MaxDepth = 300 })!;

    private static IEnumerable<JsonNode> Links(JsonNode json) => json["links"]!.AsArray().Select(link => link!);

    private static IEnumerable<string> Rels(JsonNode json) => Links(json).Select(link => (string)link["rel"]!).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Sorted(string rels) => rels.Split(' ').Order(StringComparer.Ordinal);
}
