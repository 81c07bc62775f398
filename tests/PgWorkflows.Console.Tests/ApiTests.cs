using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed partial class ApiTests
{
    [Fact]
    public async Task An_action_answers_with_its_run_and_is_audited()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var server = new TestServer(cluster.Resource);
        using var client = await server.KeyClientAsync(Role.Operator);

        using var good = await client.PostAsync("/api/resources/main/actions/deepCheck", null, TestContext.Current.CancellationToken);
        var run = await JsonAsync(good);

        Assert.Equal((HttpStatusCode.OK, "Succeeded", 0), (good.StatusCode, run["result"]!.GetValue<string>(), run["returnValue"]!.GetValue<int>()));
        Assert.Contains(run["steps"]!.AsArray(), step => step!["step"]!.GetValue<string>() == "(2)");
        var audited = Assert.Single(await server.Services.GetRequiredService<AuditStore>().ListAsync("deepCheck", null, 10, TestContext.Current.CancellationToken));
        Assert.StartsWith("key test", audited.Entry.Actor, StringComparison.Ordinal);
        var last = await JsonAsync(await client.GetAsync("/api/runs/last", TestContext.Current.CancellationToken));
        var runs = (await JsonAsync(await client.GetAsync("/api/runs?resource=main&last=20", TestContext.Current.CancellationToken))).AsArray(); // Timers check too.
        Assert.Superset(new HashSet<string> { run["id"]!.GetValue<string>(), last["id"]!.GetValue<string>() }, runs.Select(listed => listed!["id"]!.GetValue<string>()).ToHashSet());
        Assert.Equal("ISP", (await JsonAsync(await client.GetAsync("/api/resources", TestContext.Current.CancellationToken)))[0]!["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_long_action_goes_on_after_the_answer_and_a_second_one_is_told_who_is_first()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var server = new TestServer(cluster.Resource);
        using var client = await server.KeyClientAsync(Role.Operator);

        // A postmaster that is stopped in its tracks cannot end, so remove has to wait for it.
        var postmaster = cluster.Pid;
        await TemporaryCluster.SignalAsync("STOP", postmaster);
        using var first = await client.PostAsync("/api/resources/main/actions/remove?wait=0", null, TestContext.Current.CancellationToken);
        using var second = await client.PostAsync("/api/resources/main/actions/recover", null, TestContext.Current.CancellationToken);
        await TemporaryCluster.SignalAsync("CONT", postmaster);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Conflict), (first.StatusCode, second.StatusCode));
        var id = (await JsonAsync(first))["id"]!.GetValue<string>();
        Assert.Equal($"/api/runs/{id}", first.Headers.Location?.ToString());
        Assert.Equal(id, (await JsonAsync(second))["holder"]!["run"]!.GetValue<string>());

        JsonNode run;
        do
            run = await JsonAsync(await client.GetAsync(first.Headers.Location, TestContext.Current.CancellationToken));
        while (run["isRunning"]!.GetValue<bool>());
        Assert.Equal("Succeeded", run["result"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("POST", "/api/resources/none/actions/quickCheck", 404, "name")]
    [InlineData("POST", "/api/resources/none/actions/destroy", 404, "action")]
    [InlineData("POST", "/api/resources/none/actions/quickCheck?wait=301", 400, "wait")]
    [InlineData("GET", "/api/runs/zzz", 404, "id")]
    [InlineData("GET", "/api/runs?last=0", 400, "last")]
    [InlineData("GET", "/api/events?last=100001", 400, "last")]
    [InlineData("GET", "/api/events?last=abc", 400, "last")]
    [InlineData("GET", "/api/runs?last=99999999999", 400, "last")]
    public async Task What_is_wrong_is_named(string method, string path, int status, string field)
    {
        using var server = new TestServer();
        using var client = await server.KeyClientAsync(Role.Operator);
        using var answer = await client.SendAsync(new(new(method), path), TestContext.Current.CancellationToken);

        Assert.Equal((status, "application/problem+json", field),
            ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, (await JsonAsync(answer))["field"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("/events?before=abc")]
    [InlineData("/audit?before=abc")]
    public async Task A_page_that_is_asked_for_wrongly_says_what_is_wrong(string path)
    {
        using var server = new TestServer();
        using var client = await server.UserClientAsync("ann", Role.Admin);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html");

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((400, "text/html"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("before=abc", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_openapi_document_has_exactly_the_routes_there_are()
    {
        using var server = new TestServer();
        using var client = await server.KeyClientAsync(Role.Viewer);
        var document = await JsonAsync(await client.GetAsync("/api/openapi.json", TestContext.Current.CancellationToken));
        var described = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => $"{method.Key.ToUpperInvariant()} {path.Key}"));

        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .Select(route => $"{route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0]} {route.RoutePattern.RawText}");

        Assert.Equal(routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));

        // The page for people says the same.
        var page = await client.GetStringAsync("/help/api", TestContext.Current.CancellationToken);
        Assert.All(described, route => Assert.Contains($"<code>{route}</code>", page));
        Assert.DoesNotContain("<script src=\"http", page);
        var text = document.ToJsonString();
        Assert.All(Reference().Matches(text), reference => Assert.NotNull(document["components"]!["schemas"]![reference.Groups[1].Value]));
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)) ?? throw new JsonException("null");

    [GeneratedRegex("#/components/schemas/(\\w+)")]
    private static partial Regex Reference();
}
