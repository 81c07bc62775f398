using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using PgWorkflows.Persistence.Users;

namespace PgWorkflows.Server.Access;

/// <summary>Passwords: hashed with the framework's PBKDF2 (HMAC-SHA-512, salted), checked a few at a time.</summary>
internal sealed class Passwords : IDisposable
{
    public const int Shortest = 12;
    public const int Longest = 200;

    /// <summary>No letters and digits that look alike: this is read from a file and typed.</summary>
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    private readonly PasswordHasher<string> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));
    private readonly string _nobody;

    /// <summary>Hashing is costly on purpose; a flood of sign-ins must not take all processors from the checks.</summary>
    private readonly SemaphoreSlim _slots = new(2);

    public Passwords() => _nobody = _hasher.HashPassword("", NewPassword());

    public string Hash(string password) => _hasher.HashPassword("", password);

    /// <summary>Takes as long for a user that does not exist.</summary>
    public async Task<bool> VerifyAsync(UserAccount? user, string password, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            var right = _hasher.VerifyHashedPassword("", user?.PasswordHash ?? _nobody, password) != PasswordVerificationResult.Failed;
            return right && user is not null;
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>A password of 100 random bits.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetString(Alphabet, 20);

    /// <summary>Changes with everything that ends a session.</summary>
    public static string NewStamp() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    public void Dispose() => _slots.Dispose();
}
