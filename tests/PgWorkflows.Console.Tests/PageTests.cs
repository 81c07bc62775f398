using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Persistence.Users;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Console;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed class PageTests : IDisposable
{
    private const string Script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

    private readonly TestServer _server = new();

    [Fact]
    public void Every_text_is_there_in_both_languages()
    {
        var texts = typeof(Texts).GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => (field.Name, Text: (Text)field.GetValue(null)!)).ToList();

        Assert.All(texts, text =>
        {
            Assert.False(string.IsNullOrWhiteSpace(text.Text.English));
            Assert.True(text.Text.English.All(char.IsAscii), $"{text.Name}: {text.Text.English}");
            Assert.True(text.Text.Japanese.Any(c => c > '\u3000'), $"{text.Name}: {text.Text.Japanese}");
            Assert.Equal(Holes(text.Text.English), Holes(text.Text.Japanese));
        });
        Assert.InRange(texts.Count, 80, 1000);

        static IEnumerable<string> Holes(string text) => Enumerable.Range(0, 5).Select(i => $"{{{i}}}").Where(hole => text.Contains(hole, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_form_wants_its_token()
    {
        using var admin = await _server.UserClientAsync("root", Role.Admin);
        foreach (var path in new[] { "/sign-in", "/sign-out", "/language", "/users", "/users/root/role", "/users/root/password", "/users/root/remove", "/keys", "/keys/1/revoke", "/account/password", "/resources/main/actions/remove", "/resources/main/maintenance", "/resources/main/maintenance/off" })
        {
            using var without = await TestServer.SendAsync(admin, path, ("name", "mallory"), ("role", "Admin"));
            using var wrong = await TestServer.SendAsync(admin, path, ("name", "mallory"), ("role", "Admin"), ("antiforgery", "x"));
            Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (without.StatusCode, wrong.StatusCode));
        }

        Assert.Null(await _server.Services.GetRequiredService<UserStore>().FindAsync("mallory", TestContext.Current.CancellationToken));
    }

    [Theory, InlineData("Sec-Fetch-Site", "cross-site"), InlineData("Sec-Fetch-Site", "same-site"), InlineData("Origin", "https://evil.example"), InlineData("Origin", "null"), InlineData("X-Nothing", "x")]
    public async Task A_cookie_changes_nothing_for_another_site_s_page(string header, string value)
    {
        using var client = await _server.UserClientAsync("ann", Role.Operator);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/resources/main/actions/remove");
        request.Headers.TryAddWithoutValidation(header, value);

        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory, InlineData("/sign-in"), InlineData("/"), InlineData("/api/resources"), InlineData("/assets/console.css"), InlineData("/nothing")]
    public async Task Every_answer_tells_the_browser_what_not_to_do(string path)
    {
        using var client = _server.Client();
        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.False(answer.Headers.Contains("Server"));
        Assert.Equal(!path.StartsWith("/assets", StringComparison.Ordinal), answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Studio_may_run_web_assembly_and_nothing_from_elsewhere()
    {
        using var client = _server.Client();
        using var answer = await client.GetAsync("/studio/definitions", TestContext.Current.CancellationToken);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self' 'wasm-unsafe-eval' 'sha256-", policy);
        Assert.DoesNotContain("http", policy);
    }

    [Fact]
    public async Task A_script_in_a_text_is_text()
    {
        using var admin = await _server.UserClientAsync("root", Role.Admin);
        await TestServer.PostAsync(admin, "/keys", "/keys", ("name", Script), ("role", "Viewer"), ("days", "1"));
        using var stranger = _server.Client();
        await TestServer.PostAsync(stranger, "/sign-in", "/sign-in", ("name", Script), ("password", "x"));
        var shown = new List<string> { "/keys", "/audit", $"/audit?text={Uri.EscapeDataString(Script)}", $"/events?text={Uri.EscapeDataString(Script)}", $"/sign-in?returnUrl={Uri.EscapeDataString("/" + Script)}", $"/resources/{Uri.EscapeDataString(Script)}" };

        foreach (var path in shown)
        {
            using var answer = await admin.GetAsync(path, TestContext.Current.CancellationToken);
            var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain("<script>alert", html);
            Assert.DoesNotContain("<img", html);
        }

        Assert.Contains("&lt;script&gt;alert(1)", await admin.GetStringAsync("/keys", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_comes_from_the_machine_is_text_too()
    {
        await using var cluster = await TemporaryCluster.StartedAsync(); // Its folder has a quote in its name.
        using var server = new TestServer(cluster.Resource);
        using var client = await server.UserClientAsync("ann", Role.Operator);
        using var begun = await TestServer.PostAsync(client, "/resources/main/actions/deepCheck", "/resources/main/actions/deepCheck");
        Assert.Equal(HttpStatusCode.Redirect, begun.StatusCode);

        string run;
        do
            run = await client.GetStringAsync(begun.Headers.Location, TestContext.Current.CancellationToken);
        while (run.Contains("data-live", StringComparison.Ordinal)); // As long as it goes on.
        foreach (var html in new[] { run, await client.GetStringAsync("/resources/main", TestContext.Current.CancellationToken) })
        {
            Assert.Contains("it&#x27;s 日本", html);
            Assert.DoesNotContain("it's", html);
        }
    }

    [Fact]
    public async Task Texts_of_ten_thousand_characters_are_refused_and_nothing_is_stored()
    {
        using var admin = await _server.UserClientAsync("root", Role.Admin);
        foreach (var length in new[] { 300, 4000, 10_000, 200_000 })
        {
            var text = new string('x', length);
            var refused = length > 64 * 1024 ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.BadRequest;
            Assert.Equal(refused, (await TestServer.PostAsync(admin, "/users", "/users", ("name", text), ("role", "Admin"))).StatusCode);
            Assert.Equal(refused, (await TestServer.PostAsync(admin, "/keys", "/keys", ("name", text), ("role", "Admin"), ("days", "1"))).StatusCode);
            Assert.InRange((int)(await TestServer.PostAsync(admin, "/sign-in", "/sign-in", ("name", text), ("password", text))).StatusCode, 400, 413);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await admin.GetAsync("/events?text=" + new string('x', 5000), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.GetAsync("/audit?text=" + new string('x', 5000), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync("/runs/" + new string('x', 5000), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.GetAsync("/events?before=x", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(["admin", "root"], (await _server.Services.GetRequiredService<UserStore>().AllAsync(TestContext.Current.CancellationToken)).Select(user => user.Name));
    }

    [Theory, InlineData("https://evil.example/"), InlineData("//evil.example/"), InlineData("/\\evil.example"), InlineData("javascript:alert(1)")]
    public async Task Signing_in_leads_nowhere_else(string returnUrl)
    {
        await _server.AddUserAsync("ann", Role.Viewer);
        using var client = _server.Client();
        using var answer = await TestServer.PostAsync(client, "/sign-in", "/sign-in", ("name", "ann"), ("password", TestServer.Password), ("returnUrl", returnUrl));

        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    [Theory, InlineData("Owner"), InlineData("3"), InlineData("admin"), InlineData("")]
    public async Task A_role_that_is_none_is_refused(string role)
    {
        using var admin = await _server.UserClientAsync("root", Role.Admin);

        Assert.Equal(HttpStatusCode.BadRequest, (await TestServer.PostAsync(admin, "/users", "/users", ("name", "otto"), ("role", role))).StatusCode);
    }

    public void Dispose() => _server.Dispose();
}
