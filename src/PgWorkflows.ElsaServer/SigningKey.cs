using System.Security.Cryptography;

namespace PgWorkflows.ElsaServer;

/// <summary>The key that signs this server's tokens: random, made at the first start, nobody's but this server's.</summary>
internal static class SigningKey
{
    public static string OfFolder(string folder)
    {
        var file = Path.Combine(folder, "signing-key");
        if (!File.Exists(file))
            OwnerOnly.Write(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(64)));
        return File.ReadAllText(file);
    }
}
