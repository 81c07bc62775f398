using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Server.Access;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>Who may start a workflow or wake a run by a request under /workflows, whatever its endpoint says (docs/adr/0018).</summary>
public sealed class TriggerRoleTests
{
    private const string Answer = """{ "id": "out", "type": "Elsa.WriteHttpResponse", "version": 1, "content": { "typeName": "Object", "expression": { "type": "Literal", "value": "went on" } } }""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_waits_is_woken_only_by_who_its_endpoint_lets_in_and_with_a_body_of_its_size()
    {
        using var server = new TestServer();
        using var admin = await server.KeyClientAsync(Role.Admin);
        using var viewer = await server.KeyClientAsync(Role.Viewer);
        using var @operator = await server.KeyClientAsync(Role.Operator);
        using var stranger = server.Client();
        await PublishAsync(admin, "waits", Endpoint("go", "POST", isTrigger: false,
            ", \"policy\": " + Literal("String", "\"admin\"") + ", \"requestSizeLimit\": " + Literal("Int64", "10")), Answer);
        using var begun = await admin.PostAsync("/elsa/api/workflow-definitions/waits/dispatch", Json("{}"), Token);
        begun.EnsureSuccessStatusCode();
        while (await StatusAsync(admin, "/workflows/go", new string('x', 26)) is var status && status != HttpStatusCode.RequestEntityTooLarge)
            Assert.Equal(HttpStatusCode.NotFound, status); // It does not wait yet.

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, "/workflows/go", "1"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(viewer, "/workflows/go", "1"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(@operator, "/workflows/go", "1"));
        using var answer = await admin.PostAsync("/workflows/go", Json("1"), Token);
        Assert.Equal((HttpStatusCode.OK, "went on"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token)));
    }

    [Fact]
    public async Task A_policy_never_lets_in_less_than_an_operator_and_every_start_is_audited()
    {
        using var server = new TestServer();
        using var admin = await server.KeyClientAsync(Role.Admin);
        using var viewer = await server.KeyClientAsync(Role.Viewer);
        using var @operator = await server.KeyClientAsync(Role.Operator);
        await PublishAsync(admin, "look", Endpoint("look", "GET", isTrigger: true, ", \"policy\": " + Literal("String", "\"viewer\"")), Answer);

        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync("/workflows/look", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await @operator.GetAsync("/workflows/look", Token)).StatusCode);
        Assert.Single(await server.Services.GetRequiredService<AuditStore>().ListAsync("trigger", null, 10, Token));
    }

    [Theory]
    [InlineData("GET", "remove", HttpStatusCode.BadRequest)]
    [InlineData("HEAD", "recover", HttpStatusCode.BadRequest)]
    [InlineData("GET", "quickCheck", HttpStatusCode.OK)]
    [InlineData("POST", "remove", HttpStatusCode.OK)]
    public async Task What_changes_a_server_is_not_published_behind_a_GET(string method, string action, HttpStatusCode expected)
    {
        using var server = new TestServer();
        using var author = await server.KeyClientAsync(Role.Author);
        using var answer = await TryPublishAsync(author, "acts", Endpoint("acts", method, isTrigger: true, ""),
            $$"""{ "id": "run", "type": "PgWorkflows.RunAction", "version": 1, "resource": {{Literal("String", "\"main\"")}}, "action": {{Literal("String", $"\"{action}\"")}}, "wait": {{Literal("TimeSpan", "\"00:00:01\"")}} }""");

        Assert.Equal(expected, answer.StatusCode);
        if (expected != HttpStatusCode.OK)
            Assert.Contains("Choose POST", await answer.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task What_an_admin_has_opened_is_a_version_and_the_next_one_is_closed()
    {
        using var server = new TestServer();
        using var admin = await server.KeyClientAsync(Role.Admin);
        using var author = await server.KeyClientAsync(Role.Author);
        using var stranger = server.Client();
        await PublishAsync(author, "open", Endpoint("open", "POST", isTrigger: true, ""), Answer);
        (await admin.PutAsync("/api/workflows/open/anonymous", null, Token)).EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stranger, "/workflows/open", "1"));

        await PublishAsync(author, "open", Endpoint("open", "POST", isTrigger: true, ""), Answer.Replace("went on", "changed", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, "/workflows/open", "1"));
        (await admin.PutAsync("/api/workflows/open/anonymous", null, Token)).EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stranger, "/workflows/open", "1"));

        (await author.DeleteAsync("/elsa/api/workflow-definitions/open", Token)).EnsureSuccessStatusCode();
        await PublishAsync(author, "open", Endpoint("open", "POST", isTrigger: true, ""), Answer);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, "/workflows/open", "1"));
    }

    private static string Endpoint(string path, string method, bool isTrigger, string more) =>
        $$"""
        { "id": "in", "type": "Elsa.HttpEndpoint", "version": 1, "customProperties": { "canStartWorkflow": {{(isTrigger ? "true" : "false")}} },
          "path": {{Literal("String", $"\"{path}\"")}}, "supportedMethods": { "typeName": "String[]", "expression": { "type": "Object", "value": "[\"{{method}}\"]" } }{{more}} }
        """;

    private static string Literal(string type, string value) => $$"""{ "typeName": "{{type}}", "expression": { "type": "Literal", "value": {{value}} } }""";

    private static async Task PublishAsync(HttpClient client, string id, params string[] activities)
    {
        using var answer = await TryPublishAsync(client, id, activities);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    private static Task<HttpResponseMessage> TryPublishAsync(HttpClient client, string id, params string[] activities)
    {
        var model = new JsonObject
        {
            ["definitionId"] = id,
            ["name"] = id,
            ["root"] = JsonNode.Parse($$"""{ "id": "seq", "type": "Elsa.Sequence", "version": 1, "activities": [ {{string.Join(',', activities)}} ] }"""),
        };
        return client.PostAsync("/elsa/api/workflow-definitions", Json(new JsonObject { ["model"] = model, ["publish"] = true }.ToJsonString()), Token);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path, string body)
    {
        using var answer = await client.PostAsync(path, Json(body), Token);
        return answer.StatusCode;
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
