namespace PgWorkflows.Postgres.Commands;

/// <summary>Decides whether a command can run as the user it is meant for.</summary>
internal static class OtherUser
{
    private const uint Root = 0;

    /// <summary>Finds the account to change to.</summary>
    /// <param name="name">The wanted user, or null for ourselves.</param>
    /// <param name="account">The account to change to; null when we are that user already.</param>
    /// <param name="refusal">Why it cannot be.</param>
    public static bool TryFind(string? name, out OsAccount? account, out string refusal)
    {
        account = null;
        refusal = "";
        if (name is null)
            return true;
        if (OperatingSystem.IsWindows())
            return Refuse($"running as '{name}' is not possible on Windows", out refusal);
        if (LibC.Account(name) is not { } found)
            return Refuse($"the OS user '{name}' does not exist", out refusal);
        if (found.Uid == LibC.CurrentUser)
            return true;
        if (LibC.CurrentUser != Root)
            return Refuse($"it must run as OS user '{name}', which only root or that user can do", out refusal);
        account = found;
        return true;
    }

    private static bool Refuse(string reason, out string refusal)
    {
        refusal = reason;
        return false;
    }
}
