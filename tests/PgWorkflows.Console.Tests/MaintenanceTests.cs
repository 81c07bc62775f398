using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed class MaintenanceTests
{
    private const string Route = "/api/resources/main/maintenance";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_switches_it_by_the_api_and_it_is_audited()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        using var server = new TestServer(cluster.Resource);
        using var client = await server.KeyClientAsync(Role.Operator);

        Assert.Null((await JsonAsync(await client.GetAsync(Route, Token)))["maintenance"]);
        using var on = await client.PutAsJsonAsync("/api/resources/MAIN/maintenance", new { reason = "new disks", @for = "2h" }, Token);
        var mode = (await JsonAsync(on))["maintenance"]!;

        Assert.Equal((HttpStatusCode.OK, "main", "new disks"), (on.StatusCode, mode["resource"]!.GetValue<string>(), mode["reason"]!.GetValue<string>()));
        Assert.StartsWith("key test", mode["owner"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(2), mode["until"]!.GetValue<DateTimeOffset>() - mode["since"]!.GetValue<DateTimeOffset>());
        Assert.Equal(mode.ToJsonString(), (await JsonAsync(await client.GetAsync(Route, Token)))["maintenance"]!.ToJsonString());
        Assert.Equal(mode.ToJsonString(), Assert.Single((await JsonAsync(await client.GetAsync("/api/maintenance", Token))).AsArray())!.ToJsonString());
        Assert.NotNull(await server.Services.GetRequiredService<Installation>().Maintenance.FindAsync("main", Token));

        Assert.Null((await JsonAsync(await client.DeleteAsync(Route, Token)))["maintenance"]);
        Assert.Empty((await JsonAsync(await client.GetAsync("/api/maintenance", Token))).AsArray());
        var rows = await server.Services.GetRequiredService<AuditStore>().ListAsync("maintenance", null, 10, Token);
        Assert.Equal(["maintenance-off main", "maintenance-on main"], rows.Select(row => $"{row.Entry.Action} {row.Entry.Target}"));
        Assert.All(rows, row => Assert.Contains("new disks", row.Entry.Detail));
    }

    [Theory]
    [InlineData("main", """{"reason":"x","for":"31d"}""", 400, "for")]
    [InlineData("main", """{"reason":"x"}""", 400, "for")]
    [InlineData("main", """{"for":"2h"}""", 400, "reason")]
    [InlineData("main", """{"reason":5,"for":"2h"}""", 400, "body")]
    [InlineData("main", "null", 400, "body")]
    [InlineData("main", "", 400, "body")]
    [InlineData("main", "[", 400, "body")]
    [InlineData("none", """{"reason":"x","for":"2h"}""", 404, "name")]
    public async Task What_is_wrong_is_named_and_nothing_is_switched(string resource, string body, int status, string field)
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        using var server = new TestServer(cluster.Resource);
        using var client = await server.KeyClientAsync(Role.Operator);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await client.PutAsync($"/api/resources/{resource}/maintenance", content, Token);

        Assert.Equal((status, field), ((int)answer.StatusCode, (await JsonAsync(answer))["field"]!.GetValue<string>()));
        Assert.Empty((await JsonAsync(await client.GetAsync("/api/maintenance", Token))).AsArray());
    }

    [Fact]
    public async Task The_console_has_a_form_and_says_who_why_and_until_when()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        using var server = new TestServer(cluster.Resource);
        using var ann = await server.UserClientAsync("ann", Role.Operator);
        using var viewer = await server.UserClientAsync("vic", Role.Viewer);
        const string Form = "/resources/main/maintenance";

        Assert.Contains($"href=\"{Form}\"", await ann.GetStringAsync("/resources/main", Token));
        using var bad = await TestServer.PostAsync(ann, Form, Form, ("reason", "x"), ("for", "5y"));
        using var empty = await TestServer.PostAsync(ann, Form, Form, ("reason", " "), ("for", "2h"));
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (bad.StatusCode, empty.StatusCode));
        using var on = await TestServer.PostAsync(ann, Form, Form, ("reason", "<b>new disks</b>"), ("for", "2h"));
        Assert.Equal("/resources/main", on.Headers.Location?.ToString());

        foreach (var page in new[] { "/", "/resources/main" })
        {
            var html = await viewer.GetStringAsync(page, Token);
            Assert.Contains("<strong>In maintenance</strong> by ann, until <time", html);
            Assert.Contains("&lt;b&gt;new disks&lt;/b&gt;", html);
            Assert.DoesNotContain(Form, html); // A viewer cannot switch.
        }

        using var off = await TestServer.PostAsync(ann, Form, Form + "/off");
        Assert.DoesNotContain("In maintenance", await viewer.GetStringAsync("/", Token));
        Assert.Equal(2, (await server.Services.GetRequiredService<AuditStore>().ListAsync("maintenance", null, 10, Token)).Count(row => row.Entry.Actor == "ann"));
    }

    [Fact]
    public async Task Pgw_switches_it_here_and_through_a_server_alike()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        using var server = new TestServer(cluster.Resource);
        string[] here = ["--config", server.ConfigurationFile];
        var key = await server.KeyAsync(Role.Operator);

        foreach (var (address, place) in new[] { (null, here), (server.Address, Array.Empty<string>()) })
        {
            var on = await Pgw.RunAsync(address, key, ["maintenance", "on", "main", "--reason", "new disks", "--for", "90m", "--json", .. place]);
            Assert.Equal(0, on.ExitCode);
            var list = await Pgw.RunAsync(address, key, ["maintenance", "list", "--json", .. place]);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(on.Stdout), JsonNode.Parse(list.Stdout)!.AsArray().Single()), list.Stdout);
            Assert.Contains("new disks", (await Pgw.RunAsync(address, key, ["maintenance", "list", .. place])).Stdout);
            Assert.Equal(66, (await Pgw.RunAsync(address, key, ["maintenance", "off", "none", .. place])).ExitCode);
            Assert.Equal(0, (await Pgw.RunAsync(address, key, ["maintenance", "off", "main", .. place])).ExitCode);
            Assert.Equal("[]", (await Pgw.RunAsync(address, key, ["maintenance", "list", "--json", .. place])).Stdout.Trim());
            var wrong = await Pgw.RunAsync(address, key, ["maintenance", "on", "main", "--reason", "x", "--for", "2y", .. place]);
            Assert.Equal(64, wrong.ExitCode);
            Assert.Contains("--for", wrong.Stderr);
        }

        Assert.Equal(64, (await Pgw.RunAsync(null, null, ["maintenance", "on", "main", "--reason", "x", .. here])).ExitCode); // Without an end.
        var audit = await server.Services.GetRequiredService<AuditStore>().ListAsync("maintenance", null, 10, Token);
        Assert.Equal((2, 2), (audit.Count(row => row.Entry.Actor.Contains("with pgw", StringComparison.Ordinal)), audit.Count(row => row.Entry.Actor.StartsWith("key test", StringComparison.Ordinal))));
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token)) ?? throw new System.Text.Json.JsonException("null");
}
