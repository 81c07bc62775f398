using PgWorkflows.Persistence.Users;
using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Access;

/// <summary>Where no user exists yet, an admin is made whose password is in a file that only the owner of the data folder can read.</summary>
internal sealed partial class FirstCredential(Installation installation, UserStore users, Passwords passwords, ILogger<FirstCredential> log) : IHostedService
{
    public const string User = "admin";
    private const string FileName = "first-credential.txt";

    public string File { get; } = Path.Combine(Path.GetDirectoryName(installation.Database.File)!, FileName);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if ((await users.AllAsync(cancellationToken)).Count > 0)
            return;

        // The file first: an admin whose password nobody can read would be a locked door.
        var password = Passwords.NewPassword();
        await OwnerOnly.WriteAsync(File, $"user: {User}\npassword: {password}\n", cancellationToken);
        if (await users.TryAddAsync(User, nameof(Role.Admin), passwords.Hash(password), Passwords.NewStamp(), "first start", cancellationToken))
            Log.Made(log, User, File);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Once the admin has another password the file says nothing true any more.</summary>
    public void Forget(string user)
    {
        if (string.Equals(user, User, StringComparison.OrdinalIgnoreCase))
            System.IO.File.Delete(File);
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Information, "The first user is '{User}'; the password is in {File}. Change it after signing in.")]
        public static partial void Made(ILogger log, string user, string file);
    }
}
