using System.Security.Cryptography;
using System.Text;
using PgWorkflows.Persistence.Keys;

namespace PgWorkflows.Server.Access;

/// <summary>Makes and recognises API keys. A key is 256 random bits, so a plain SHA-256 keeps it as safe as any slower hash would.</summary>
internal sealed class ApiKeys(KeyStore store, TimeProvider time)
{
    public const int LongestName = 100;
    public const int LongestDays = 366;

    private const string Prefix = "pgw_";
    private const int Length = 47;

    /// <summary>Makes a key; what it returns is the only time the key is seen.</summary>
    public async Task<string> CreateAsync(string name, Role role, int days, string by, CancellationToken cancellationToken)
    {
        var key = Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        await store.AddAsync(id, name, role.ToString(), HashOf(key), by, time.GetUtcNow().AddDays(days), cancellationToken);
        return key;
    }

    /// <summary>The key's record when it is valid now, or null.</summary>
    public async Task<ApiKey?> FindAsync(string key, CancellationToken cancellationToken) =>
        key.Length == Length && key.StartsWith(Prefix, StringComparison.Ordinal) ? await store.UseAsync(HashOf(key), cancellationToken) : null;

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)));
}
