using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace PgWorkflows.Server.Access;

/// <summary>
/// Bearer tokens for the pages of somebody who is signed in: Studio sends no cookies, so its host page hands it one of these. They are encrypted by the
/// server's own keys and die with the user's stamp.
/// </summary>
internal sealed class AccessTokens(IDataProtectionProvider protection, TimeProvider time)
{
    private const string Prefix = "pgwt_";

    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly IDataProtector _protector = protection.CreateProtector("PgWorkflows.AccessToken");

    public string Issue(string user, string stamp) =>
        Prefix + _protector.Protect(JsonSerializer.Serialize(new Content(user, stamp, time.GetUtcNow() + Lifetime)));

    /// <summary>Whose token it is, if it is one of ours and still good; whether the stamp still is, the caller asks.</summary>
    public Content? Read(string token)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        try
        {
            var content = JsonSerializer.Deserialize<Content>(_protector.Unprotect(token[Prefix.Length..]));
            return content?.ExpiresAt > time.GetUtcNow() ? content : null;
        }
        catch (CryptographicException)
        {
            return null; // Somebody else's, or mangled on its way.
        }
    }

    internal sealed record Content(string User, string Stamp, DateTimeOffset ExpiresAt);
}
