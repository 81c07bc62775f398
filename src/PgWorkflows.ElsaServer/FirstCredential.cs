using System.Security.Cryptography;
using Elsa.Common;
using Elsa.Identity.Contracts;
using Elsa.Identity.Entities;
using Elsa.Identity.Models;

namespace PgWorkflows.ElsaServer;

/// <summary>Makes the first user at the first start. There is no default password: this one is random and stands in a file that only its owner can read.</summary>
internal sealed partial class FirstCredential(IUserStore users, IRoleStore roles, ISecretHasher hasher, ServerSettings settings, ILogger<FirstCredential> logger) : IStartupTask
{
    private const string Name = "admin";

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (await users.FindAsync(new UserFilter { Name = Name }, cancellationToken) is not null)
            return;

        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        var file = Path.Combine(settings.Data, "first-credential.txt");
        File.Delete(file); // Of a start that did not come as far as storing the user.
        OwnerOnly.Write(file, $"user: {Name}\npassword: {password}\n");

        var hashed = hasher.HashSecret(password);
        await roles.SaveAsync(new Role { Id = Name, Name = "Administrator", Permissions = ["*"] }, cancellationToken);
        await users.SaveAsync(new User { Id = Name, Name = Name, Roles = [Name], HashedPassword = hashed.EncodeSecret(), HashedPasswordSalt = hashed.EncodeSalt() }, cancellationToken);
        Log.Made(logger, Name, file);
    }

    private static partial class Log
    {
        [LoggerMessage(7101, LogLevel.Warning, "The first user is {User}; the password is in {File}. Change it and delete the file")]
        public static partial void Made(ILogger logger, string user, string file);
    }
}
