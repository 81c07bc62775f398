using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Cli.Tests;
using PgWorkflows.Engine.Definitions;
using Xunit;

namespace PgWorkflows.Elsa.Tests;

/// <summary>The complete server as it is started: who may come in, what it offers, what it says of a wrong configuration.</summary>
public sealed class ServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_comes_in_without_the_credential_that_the_first_start_has_made()
    {
        using var server = new ElsaProgram();
        var address = await server.StartAsync();
        using var stranger = new HttpClient { BaseAddress = address };

        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("elsa/api/workflow-definitions", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("workflows/anything", Token)).StatusCode);
        var user = new { name = "eve", password = "eve", roles = new[] { "admin" } };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsJsonAsync("elsa/api/identity/users", user, Token)).StatusCode);
        using var guess = await stranger.PostAsJsonAsync("elsa/api/identity/login", new { username = "admin", password = "password" }, Token);
        Assert.False((await guess.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("isAuthenticated").GetBoolean());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(server.CredentialFile));

        using var admin = await server.SignInAsync();
        Assert.Equal(HttpStatusCode.OK, (await admin.PostAsJsonAsync("elsa/api/identity/users", user, Token)).StatusCode);
        Assert.DoesNotContain(File.ReadAllLines(server.CredentialFile)[1]["password: ".Length..], server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_offers_the_shipped_definitions_and_runs_them()
    {
        using var service = await ScriptedService.CreateAsync("4  RUNNING");
        using var server = new ElsaProgram();
        await server.StartAsync(service.Entry);
        using var client = await server.SignInAsync();

        var list = await client.GetFromJsonAsync<JsonElement>("elsa/api/workflow-definitions?versionOptions=Published", Token);
        var names = list.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("definitionId").GetString());
        Assert.Superset(new HashSet<string?> { "quickCheck", "deepCheck", "restore", "remove", "recover" }, names.ToHashSet());

        // restore waits and checks: Elsa's own alarm clock wakes it.
        using var answer = await client.PostAsJsonAsync("elsa/api/workflow-definitions/recover/execute", new { input = new { Resource = "main" } }, Token);
        var state = (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("workflowState");
        Assert.Equal("Finished", state.GetProperty("subStatus").GetString());
        Assert.Equal("Succeeded", state.GetProperty("output").GetProperty("Result").GetString());
        Assert.Equal(["stop", "start"], service.Log);
    }

    [Fact]
    public async Task An_edit_moves_between_the_homes_and_stays_in_force()
    {
        using var service = await ScriptedService.CreateAsync("4  RUNNING");
        using var server = new ElsaProgram();
        await server.StartAsync(service.Entry);
        using (var client = await server.SignInAsync())
        {
            // What Elsa exports, our own home reads without a finding.
            var exported = await client.GetByteArrayAsync("elsa/api/workflow-definitions/quickCheck/export?versionOptions=Published", Token);
            var (definition, findings) = DefinitionReader.Read(exported);
            Assert.NotNull(definition);
            Assert.Empty(findings);

            // And an edit of our own home is imported, published and run.
            var file = JsonNode.Parse(exported)!;
            (file["version"], file["id"], file["isPublished"]) = (2, "quickCheck-edited", false);
            var edited = file.ToJsonString().Replace("(2) sc query", "(2) sc query, edited", StringComparison.Ordinal);
            using var imported = await client.PostAsync("elsa/api/workflow-definitions/import", new StringContent(edited, Encoding.UTF8, "application/json"), Token);
            Assert.True(imported.IsSuccessStatusCode, await imported.Content.ReadAsStringAsync(Token));
            Assert.True((await client.PostAsJsonAsync("elsa/api/workflow-definitions/quickCheck/publish", new { }, Token)).IsSuccessStatusCode);
            Assert.Equal(2, await CheckedVersionAsync(client));
        }

        await server.KillAsync();
        await server.StartAsync(service.Entry);
        using var again = await server.SignInAsync();
        Assert.Equal(2, await CheckedVersionAsync(again));
    }

    private static async Task<int> CheckedVersionAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("elsa/api/workflow-definitions/quickCheck/execute", new { input = new { Resource = "main" } }, Token);
        var state = (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("workflowState");
        Assert.Equal("Succeeded", state.GetProperty("output").GetProperty("Result").GetString());
        return state.GetProperty("definitionVersion").GetInt32();
    }

    [Fact]
    public async Task A_wrong_configuration_is_told_whole_and_nothing_is_served()
    {
        using var server = new ElsaProgram();

        Assert.Null(await server.StartAsync(new JsonObject { ["name"] = "main", ["port"] = 70000 }));

        Assert.Equal(78, await server.ExitCodeAsync());
        Assert.Contains("PgWorkflows:Resources:0:port", server.Log, StringComparison.Ordinal);
        Assert.Contains("PgWorkflows:Resources:0:dataDirectory", server.Log, StringComparison.Ordinal);
    }
}
