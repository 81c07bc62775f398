using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Server.Access;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>Every route there is: a new one cannot be forgotten.</summary>
public sealed class RouteTests : IDisposable
{
    private readonly TestServer _server = new();

    [Fact]
    public void Every_route_says_who_may_use_it()
    {
        var problems = Routes().Select(RouteCheck.ProblemOf).Where(problem => problem is not null);

        Assert.Empty(problems);
        Assert.InRange(Routes().Count, 25, 1000);
    }

    [Fact]
    public void Only_what_signing_in_needs_is_open_to_all()
    {
        // Behind /workflows each workflow decides; TriggerTests show whom it lets in.
        var open = Routes().Where(route => route.Metadata.GetMetadata<OpenToAllMetadata>() is not null && route.RoutePattern.RawText != "/workflows/{**path}").Select(route => $"{Method(route)} {route.RoutePattern.RawText}");

        Assert.Equal(
            ["GET /assets/console.css", "GET /assets/console.js", "GET /assets/icon.svg", "GET /health", "GET /sign-in", "POST /language", "POST /sign-in"],
            open.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_credential_every_route_answers_401()
    {
        using var client = _server.Client();
        foreach (var route in Guarded())
        {
            using var answer = await SendAsync(client, route);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{Method(route)} {route.RoutePattern.RawText}: {answer.StatusCode}");
        }
    }

    [Theory, InlineData("Bearer pgw_0000000000000000000000000000000000000000000"), InlineData("ApiKey x"), InlineData("Bearer pgwt_x"), InlineData("Basic YTpi"), InlineData("Bearer")]
    public async Task With_a_wrong_credential_every_route_answers_401(string authorization)
    {
        using var client = _server.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        foreach (var route in Guarded())
        {
            using var answer = await SendAsync(client, route);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{Method(route)} {route.RoutePattern.RawText}: {answer.StatusCode}");
        }
    }

    [Theory, InlineData(nameof(Role.Viewer)), InlineData(nameof(Role.Operator)), InlineData(nameof(Role.Author))]
    public async Task With_too_small_a_role_every_route_answers_403(string roleName)
    {
        var role = Enum.Parse<Role>(roleName);
        using var client = await _server.KeyClientAsync(role);
        var refused = Guarded().Where(route => Permissions.RoleFor(PermissionOf(route)) > role).ToList();
        foreach (var route in refused)
        {
            using var answer = await SendAsync(client, route);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{Method(route)} {route.RoutePattern.RawText}: {answer.StatusCode}");
        }

        Assert.NotEmpty(refused);
    }

    [Theory, InlineData(nameof(Role.Viewer)), InlineData(nameof(Role.Operator)), InlineData(nameof(Role.Author)), InlineData(nameof(Role.Admin))]
    public async Task Each_role_is_let_in_where_its_permissions_lead(string roleName)
    {
        var role = Enum.Parse<Role>(roleName);
        using var client = await _server.KeyClientAsync(role);
        foreach (var route in Guarded().Where(route => Method(route) == "GET" && Permissions.RoleFor(PermissionOf(route)) <= role))
        {
            using var answer = await SendAsync(client, route);
            Assert.True(answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) && (int)answer.StatusCode < 500,
                $"{route.RoutePattern.RawText}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task What_has_no_route_is_not_even_denied_to_strangers()
    {
        using var client = _server.Client();

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/nothing/here", TestContext.Current.CancellationToken)).StatusCode);
    }

    public void Dispose() => _server.Dispose();

    private List<RouteEndpoint> Routes() =>
        [.. _server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    private IEnumerable<RouteEndpoint> Guarded() => Routes().Where(route => route.Metadata.GetMetadata<OpenToAllMetadata>() is null);

    private static string PermissionOf(RouteEndpoint route) => route.Metadata.GetRequiredMetadata<PermissionMetadata>().Permission;

    private static string Method(RouteEndpoint route) => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, RouteEndpoint route)
    {
        var path = string.Join('/', route.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
            _ => "1",
        }))));
        return client.SendAsync(new HttpRequestMessage(new HttpMethod(Method(route)), "/" + path), HttpCompletionOption.ResponseHeadersRead); // A stream of events has no end.
    }
}
