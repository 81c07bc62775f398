using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Persistence.Keys;
using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed class KeyTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly TestServer _server;

    public KeyTests() => _server = new(time: _time);

    [Theory, InlineData("Bearer"), InlineData("ApiKey"), InlineData("apikey")]
    public async Task A_key_opens_the_api_under_either_name(string scheme)
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync(scheme, await _server.KeyAsync(Role.Viewer)));
    }

    [Fact]
    public async Task A_key_ends_with_its_time()
    {
        var key = await _server.KeyAsync(Role.Viewer, days: 2);

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("Bearer", key));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("Bearer", key));
    }

    [Fact]
    public async Task An_admin_makes_a_key_sees_it_once_and_revokes_it()
    {
        using var admin = await _server.UserClientAsync("root", Role.Admin);
        using var made = await TestServer.PostAsync(admin, "/keys", "/keys", ("name", "nightly"), ("role", "Operator"), ("days", "30"));
        var page = await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var key = page.Split("<code id=\"key\">")[1].Split('<')[0];
        Assert.Equal(HttpStatusCode.OK, await AskAsync("Bearer", key));

        Assert.DoesNotContain(key, await admin.GetStringAsync("/keys", TestContext.Current.CancellationToken));
        var id = Assert.Single(await _server.Services.GetRequiredService<KeyStore>().AllAsync(TestContext.Current.CancellationToken)).Id;
        await TestServer.PostAsync(admin, "/keys", $"/keys/{id}/revoke");

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("Bearer", key));
        Assert.DoesNotContain(key, await admin.GetStringAsync("/audit", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Neither_keys_nor_passwords_are_anywhere_in_the_data_folder()
    {
        var key = await _server.KeyAsync(Role.Viewer);
        Assert.Equal(HttpStatusCode.OK, await AskAsync("Bearer", key));
        using var client = await _server.UserClientAsync("ann", Role.Viewer);

        var everything = string.Concat(Directory.GetFiles(_server.Data, "*", SearchOption.AllDirectories).Select(file => Encoding.Latin1.GetString(ReadShared(file))));

        Assert.DoesNotContain(key, everything);
        Assert.DoesNotContain(key["pgw_".Length..], everything);
        Assert.DoesNotContain(TestServer.Password, everything);
        Assert.Contains("ann", everything); // It looked into the right files.
    }

    [Fact]
    public async Task A_signed_in_user_s_page_gets_a_token_that_dies_with_the_account_and_a_key_gets_none()
    {
        using var client = await _server.UserClientAsync("ann", Role.Viewer);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/access-token");
        request.Headers.Add("Origin", _server.Address.GetLeftPart(UriPartial.Authority));
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("accessToken").GetString()!;

        Assert.Equal(HttpStatusCode.OK, await AskAsync("Bearer", token));
        using var keyed = await _server.KeyClientAsync(Role.Admin);
        Assert.Equal(HttpStatusCode.Forbidden, (await keyed.PostAsync("/api/access-token", null, TestContext.Current.CancellationToken)).StatusCode);

        _time.Advance(AccessTokens.Lifetime);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("Bearer", token));
    }

    public void Dispose() => _server.Dispose();

    private async Task<HttpStatusCode> AskAsync(string scheme, string key)
    {
        using var client = _server.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, key);
        return (await client.GetAsync("/api/resources", TestContext.Current.CancellationToken)).StatusCode;
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
