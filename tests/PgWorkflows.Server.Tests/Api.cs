using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Testing;

namespace PgWorkflows.Server.Tests;

/// <summary>A server of a test's own, spoken to as Studio does.</summary>
internal sealed class Api : IAsyncDisposable
{
    private readonly TestServer _server;

    private Api(TestServer server) => (_server, Client) = (server, server.CreateClient());

    public HttpClient Client { get; }

    public string Log => _server.Log;

    public static async Task<Api> StartAsync(params Postgres.Resources.Resource[] resources) => new(await TestServer.StartAsync(resources));

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body is null ? "{}" : JsonSerializer.Serialize(body));

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : $"/elsa/api/{path}");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    /// <summary>A flowchart of one WriteLine.</summary>
    public static JsonObject Model(string? definitionId = null, string name = "Hello", string text = "hello") => (JsonObject)JsonNode.Parse($$"""
        { "name": {{JsonSerializer.Serialize(name)}}, "definitionId": {{JsonSerializer.Serialize(definitionId)}}, "ours": { "Unknown": [1, null] },
          "root": { "id": "fc", "type": "Elsa.Flowchart", "version": 1, "connections": [],
            "activities": [ { "id": "a", "type": "Elsa.WriteLine", "version": 1, "text": { "typeName": "String", "expression": { "type": "Literal", "value": {{JsonSerializer.Serialize(text)}} } } } ] } }
        """)!;

    public async Task<JsonNode> SaveAsync(JsonObject model, bool publish = false)
    {
        var answer = await PostAsync("workflow-definitions", new { model, publish });
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return answer.Json["workflowDefinition"]!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }
}

/// <summary>What the server answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body, documentOptions: new() { MaxDepth = 300 })!;

    public static async Task<Answer> OfAsync(HttpResponseMessage response) => new(response.StatusCode,
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
        response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
}
