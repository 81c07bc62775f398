using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using PgWorkflows.Persistence.Users;

namespace PgWorkflows.Server.Access;

/// <summary>Recognises <c>Authorization: ApiKey …</c> and <c>Authorization: Bearer …</c>: API keys under either name, and the tokens of signed-in users' pages.</summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeys keys, AccessTokens tokens, UserStore users)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Key";

    /// <summary>The request brings a credential of its own, so its cookie does not count.</summary>
    public static bool IsMeant(HttpRequest request) => request.Headers.Authorization.Count > 0 || QueryToken(request) is not null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Credential() is not { Length: > 0 and <= 4096 } credential)
            return AuthenticateResult.Fail("The Authorization header is neither 'ApiKey …' nor 'Bearer …'.");

        if (await keys.FindAsync(credential, Context.RequestAborted) is { } key)
            return Success($"key:{key.Id}", $"key {key.Name} ({key.Id})", key.Role, null);

        if (tokens.Read(credential) is { } token && await users.FindAsync(token.User, Context.RequestAborted) is { } user && user.Stamp == token.Stamp)
            return Success($"user:{user.Name}", user.Name, user.Role, user.Stamp);

        return AuthenticateResult.Fail("The key or token is unknown, expired or revoked.");
    }

    private static AuthenticateResult Success(string id, string name, string role, string? stamp) => AuthenticateResult.Success(
        new AuthenticationTicket(Caller.Principal(SchemeName, id, name, Enum.Parse<Role>(role), stamp), SchemeName));

    private string? Credential()
    {
        if (QueryToken(Request) is { } fromQuery)
            return fromQuery;
        return AuthenticationHeaderValue.TryParse(Request.Headers.Authorization.ToString(), out var header)
            && (header.Scheme.Equals("ApiKey", StringComparison.OrdinalIgnoreCase) || header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            ? header.Parameter : null;
    }

    /// <summary>A browser cannot set headers on a WebSocket; SignalR's client puts the token here instead (elsa-contract 4).</summary>
    private static string? QueryToken(HttpRequest request) =>
        request.Headers.Authorization.Count == 0 && request.Path.StartsWithSegments("/elsa/hubs") && request.Query["access_token"].ToString() is { Length: > 0 } token ? token : null;
}
