using System.Collections;

namespace PgWorkflows.Postgres.Commands;

/// <summary>
/// What a child sees of our environment: a short list of names, so that no <c>PG*</c> variable of a service account or a shell
/// decides where a check connects; messages in English, characters as before.
/// </summary>
internal static class CommandEnvironment
{
    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "PATH", "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "TEMP", "TMP", "TMPDIR", "HOME", "USER", "LOGNAME",
        "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData", "TZ", "LANG", "LC_CTYPE", "LOCPATH",
    };

    /// <summary>Fills the child's environment.</summary>
    /// <param name="child">The dictionary of the start information, inherited values included.</param>
    /// <param name="additions">The command's own variables; they win.</param>
    /// <param name="account">Set when the child runs as another user: HOME and name are that user's.</param>
    public static void Fill(IDictionary<string, string?> child, IReadOnlyDictionary<string, string> additions, OsAccount? account)
    {
        child.Clear();
        var own = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value);
        foreach (var (name, value) in own.Where(entry => Kept.Contains(entry.Key)))
            child[name] = value;

        // LC_ALL would override LC_MESSAGES; what it says of characters stays, so that paths in any script survive.
        if (own.TryGetValue("LC_ALL", out var all) && !string.IsNullOrEmpty(all))
            child["LC_CTYPE"] = all;
        child["LC_MESSAGES"] = "C";

        if (account is not null)
        {
            child["HOME"] = account.Home;
            child["USER"] = account.Name;
            child["LOGNAME"] = account.Name;
        }

        foreach (var (name, value) in additions)
            child[name] = value;
    }
}
