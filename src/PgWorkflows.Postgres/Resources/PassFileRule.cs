using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Postgres.Resources;

/// <summary>A password file that libpq would silently ignore is a check that fails for the wrong reason: find it before.</summary>
internal static class PassFileRule
{
    public static void Check(Resource resource, ReportProblem report)
    {
        if (resource.PassFile is not { } path)
            return;
        if (!Path.IsPathFullyQualified(path))
            report("passFile", $"'{path}' is not absolute", "give the full path");
        else if (!File.Exists(path))
            report("passFile", $"'{path}' does not exist", "create it with a line host:port:database:user:password");
        else if (!OperatingSystem.IsWindows())
            CheckAccess(path, resource.Client == ClientKind.Psql ? resource.OsUser : null, report);
        else if (!IsReadable(path))
            report("passFile", $"'{path}' cannot be read", "let the service's account read it");
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void CheckAccess(string path, string? osUser, ReportProblem report)
    {
        if (LibC.Stat(path) is not { } facts)
            report("passFile", $"'{path}' cannot be seen", "check the permissions of its directories");
        else if (facts.IsOpenToOthers)
            report("passFile", $"'{path}' may be read by others than its owner", $"chmod 600 {path}");
        else if (osUser is not null && LibC.Account(osUser) is { } account && account.Uid != LibC.CurrentUser && account.Uid != facts.Owner)
            report("passFile", $"'{path}' cannot be read by the OS user '{osUser}', as which psql runs", $"chown {osUser} {path}");
        else if ((osUser is null || LibC.Account(osUser)?.Uid == LibC.CurrentUser) && !IsReadable(path))
            report("passFile", $"'{path}' cannot be read", "give it to the user that runs PgWorkflows");
    }

    private static bool IsReadable(string path)
    {
        try
        {
            File.OpenRead(path).Dispose();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
