using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using PgWorkflows.Cli.Service;

namespace PgWorkflows.Cli.Doctor;

/// <summary>Who may read a pass file on Windows. PostgreSQL's clients do not look at that there, so nobody else would tell.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsReachDoctor
{
    private static readonly WellKnownSidType[] Crowds =
    [
        WellKnownSidType.WorldSid, WellKnownSidType.AuthenticatedUserSid, WellKnownSidType.BuiltinUsersSid, WellKnownSidType.BuiltinGuestsSid,
        WellKnownSidType.InteractiveSid, WellKnownSidType.NetworkSid,
    ];

    /// <summary>Looks at the file's access list, and whether the account of the installed service is on it.</summary>
    public static Diagnosis PassFile(string resource, string passFile)
    {
        var subject = $"{resource}: pass file";
        try
        {
            using (File.OpenRead(passFile))
            {
            }

            var readers = Readers(passFile);
            var account = WindowsServiceFacts.Find(ServicePlan.DefaultName)?.Account;
            var keeper = account ?? $@"{Environment.UserDomainName}\{Environment.UserName}";
            var cure = $"""icacls "{passFile}" /inheritance:r /grant:r "{keeper}:R" *S-1-5-18:F *S-1-5-32-544:F """.TrimEnd(); // SYSTEM and the administrators, whatever the language
            if (readers.FirstOrDefault(reader => Crowds.Any(reader.IsWellKnown)) is { } crowd)
                return new(subject, Verdict.Bad, $"{passFile} can be read by {NameOf(crowd)}: the password is no secret on this machine", cure);
            return account is null || account.Equals("LocalSystem", StringComparison.OrdinalIgnoreCase) || SidOf(account) is not { } sid || readers.Contains(sid)
                ? new(subject, Verdict.Good, $"{passFile} can be read by {string.Join(", ", readers.Select(NameOf))}")
                : new(subject, Verdict.Bad, $"the installed service runs as {account}, which {passFile} does not let in", cure);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(subject, Verdict.Bad, $"{passFile} cannot be read: {e.Message}", "correct passFile, or run pgw doctor as an administrator");
        }
    }

    private static List<SecurityIdentifier> Readers(string file) =>
    [
        .. new FileInfo(file).GetAccessControl(AccessControlSections.Access).GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier))
            .OfType<FileSystemAccessRule>()
            .Where(rule => rule.AccessControlType == AccessControlType.Allow && rule.FileSystemRights.HasFlag(FileSystemRights.ReadData))
            .Select(rule => (SecurityIdentifier)rule.IdentityReference)
            .Distinct(),
    ];

    private static SecurityIdentifier? SidOf(string account)
    {
        try
        {
            return (SecurityIdentifier)new NTAccount(account).Translate(typeof(SecurityIdentifier));
        }
        catch (SystemException)
        {
            return null; // An account that cannot be looked up now, of a domain that does not answer, is not judged.
        }
    }

    private static string NameOf(SecurityIdentifier sid)
    {
        try
        {
            return sid.Translate(typeof(NTAccount)).Value;
        }
        catch (SystemException)
        {
            return sid.Value;
        }
    }
}
