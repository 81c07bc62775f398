using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Persistence.Users;
using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed class SignInTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly TestServer _server;

    public SignInTests() => _server = new(time: _time);

    [Fact]
    public async Task The_first_start_leaves_a_credential_that_only_the_owner_can_read_and_that_works()
    {
        var file = Path.Combine(_server.Data, "first-credential.txt");
        var password = (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))[1]["password: ".Length..];
        using var client = _server.Client();

        using var answer = await TestServer.PostAsync(client, "/sign-in", "/sign-in", ("name", "admin"), ("password", password));

        Assert.Equal((HttpStatusCode.Redirect, "/"), (answer.StatusCode, answer.Headers.Location?.ToString()));
        Assert.Contains("<h1>Users</h1>", await client.GetStringAsync("/users", TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_server.Data, "cookie-keys")));
        }
    }

    [Fact]
    public async Task A_session_cookie_stays_on_this_server_and_away_from_scripts()
    {
        await _server.AddUserAsync("ann", Role.Viewer);
        using var client = _server.Client();
        using var answer = await TestServer.PostAsync(client, "/sign-in", "/sign-in", ("name", "ann"), ("password", TestServer.Password));

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), value => value.StartsWith("pgw-session=", StringComparison.Ordinal));
        Assert.Contains("samesite=strict", cookie);
        Assert.Contains("httponly", cookie);
    }

    [Fact]
    public async Task Wrong_passwords_lock_the_user_out_and_time_lets_in_again()
    {
        await _server.AddUserAsync("ann", Role.Viewer);
        using var client = _server.Client();
        for (var i = 0; i < SignInGuard.FailuresOfUser; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(client, "wrong wrong wrong")).StatusCode);

        using var locked = await TryAsync(client, TestServer.Password);
        Assert.Equal((HttpStatusCode.TooManyRequests, SignInGuard.Window), (locked.StatusCode, locked.Headers.RetryAfter?.Delta));

        _time.Advance(SignInGuard.Window);
        Assert.Equal(HttpStatusCode.Redirect, (await TryAsync(client, TestServer.Password)).StatusCode);
        var audit = await _server.Services.GetRequiredService<AuditStore>().ListAsync("ann", null, 100, TestContext.Current.CancellationToken);
        Assert.Equal(["done", "refused", "failed", "failed", "failed", "failed", "failed"], audit.Select(row => row.Entry.Outcome));
        Assert.DoesNotContain(audit, row => $"{row}".Contains("wrong wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_ends_when_idle_and_not_before()
    {
        using var client = await _server.UserClientAsync("ann", Role.Viewer);
        for (var hours = 0; hours < 24; hours += 6)
        {
            _time.Advance(TimeSpan.FromHours(6));
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
        }

        _time.Advance(TimeSpan.FromHours(9));
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_page_that_refreshes_itself_keeps_nobody_signed_in()
    {
        using var client = await _server.UserClientAsync("ann", Role.Viewer);
        using var live = new HttpRequestMessage(HttpMethod.Get, "/");
        live.Headers.Add("X-Live", "1");
        _time.Advance(TimeSpan.FromHours(7));

        using var answer = await client.SendAsync(live, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Another_role_or_the_end_of_the_account_ends_its_sessions_at_once()
    {
        using var ann = await _server.UserClientAsync("ann", Role.Operator);
        using var bob = await _server.UserClientAsync("bob", Role.Operator);
        var users = _server.Services.GetRequiredService<UserStore>();

        await users.SetRoleAsync("ann", nameof(Role.Viewer), Passwords.NewStamp(), nameof(Role.Admin), TestContext.Current.CancellationToken);
        await users.RemoveAsync("bob", nameof(Role.Admin), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, (await ann.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await bob.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task The_last_admin_stays()
    {
        var users = _server.Services.GetRequiredService<UserStore>();

        Assert.Equal(UserChange.LastOne, await users.RemoveAsync("admin", nameof(Role.Admin), TestContext.Current.CancellationToken));
        Assert.Equal(UserChange.LastOne, await users.SetRoleAsync("admin", nameof(Role.Viewer), "x", nameof(Role.Admin), TestContext.Current.CancellationToken));
        Assert.Equal(nameof(Role.Admin), (await users.FindAsync("admin", TestContext.Current.CancellationToken))?.Role);
    }

    [Fact]
    public async Task One_s_own_password_is_changed_with_the_old_one_only()
    {
        using var client = await _server.UserClientAsync("ann", Role.Viewer);

        Assert.Equal(HttpStatusCode.BadRequest, (await TestServer.PostAsync(client, "/account", "/account/password", ("old", "no"), ("new", "another long one"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await TestServer.PostAsync(client, "/account", "/account/password", ("old", TestServer.Password), ("new", "short"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await TestServer.PostAsync(client, "/account", "/account/password", ("old", TestServer.Password), ("new", "another long one"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
        using var fresh = _server.Client();
        Assert.Equal(HttpStatusCode.Redirect, (await TryAsync(fresh, "another long one")).StatusCode);
    }

    public void Dispose() => _server.Dispose();

    private static Task<HttpResponseMessage> TryAsync(HttpClient client, string password) =>
        TestServer.PostAsync(client, "/sign-in", "/sign-in", ("name", "ann"), ("password", password));
}
