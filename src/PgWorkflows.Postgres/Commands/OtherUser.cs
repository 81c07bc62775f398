using System.Diagnostics;
using System.Globalization;

namespace PgWorkflows.Postgres.Commands;

/// <summary>Decides whether a command can run as the user it is meant for, and how it becomes that user.</summary>
internal static class OtherUser
{
    private const uint Root = 0;
    private const string CouldNot = "setpriv: failed to execute ";

    /// <summary>BusyBox has one that changes no users.</summary>
    private static readonly string? SetPriv = Array.Find(["/usr/bin/setpriv", "/bin/setpriv"], path => File.Exists(path) && !IsBusyBox(path));

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

    /// <summary>
    /// Has the program started by util-linux's setpriv, which becomes the user. .NET would do that itself, between fork and exec, in a copy of us that
    /// waits for our threads there: should we be killed in that moment, it waits for ever, with our port and our history open.
    /// </summary>
    /// <returns>Whether it can; without that setpriv .NET must do it.</returns>
    public static bool TryBecome(OsAccount account, ProcessStartInfo info)
    {
        if (SetPriv is null)
            return false;
        string[] words =
        [
            "--reuid", account.Uid.ToString(CultureInfo.InvariantCulture), "--regid", account.Gid.ToString(CultureInfo.InvariantCulture), "--init-groups",
            "--", info.FileName, .. info.ArgumentList,
        ];
        info.FileName = SetPriv;
        info.ArgumentList.Clear();
        foreach (var word in words)
            info.ArgumentList.Add(word);
        return true;
    }

    /// <summary>What setpriv says of a program that it could not start; null when it could, or was not asked.</summary>
    public static string? WhyNotStarted(ProcessStartInfo info, int? exitCode, string error) =>
        exitCode is 126 or 127 && info.FileName == SetPriv && error.StartsWith(CouldNot, StringComparison.Ordinal) ? error[CouldNot.Length..].Trim() : null;

    private static bool IsBusyBox(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.Name.Contains("busybox", StringComparison.Ordinal) is true;

    private static bool Refuse(string reason, out string refusal)
    {
        refusal = reason;
        return false;
    }
}
