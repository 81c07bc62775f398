using System.Text;
using System.Text.Json.Nodes;
using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>Publishes workflows of an operator's, by the API that Elsa Studio uses.</summary>
internal static class Workflows
{
    public static async Task PublishAsync(TestServer server, string id, string root, string variables = "[]")
    {
        using var answer = await TryPublishAsync(server, id, root, variables);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public static async Task<HttpResponseMessage> TryPublishAsync(TestServer server, string id, string root, string variables = "[]")
    {
        var model = new JsonObject
        {
            ["definitionId"] = id,
            ["name"] = id,
            ["variables"] = JsonNode.Parse(variables),
            ["inputs"] = new JsonArray(),
            ["outputs"] = new JsonArray(),
            ["outcomes"] = new JsonArray(),
            ["customProperties"] = new JsonObject(),
            ["options"] = new JsonObject(),
            ["root"] = JsonNode.Parse(root),
        };
        using var client = server.CreateClient();
        using var body = new StringContent(new JsonObject { ["model"] = model, ["publish"] = true }.ToJsonString(), Encoding.UTF8, "application/json");
        return await client.PostAsync("/elsa/api/workflow-definitions", body, TestContext.Current.CancellationToken);
    }
}
