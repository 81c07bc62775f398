using System.Globalization;

namespace PgWorkflows.Postgres.Resources;

/// <summary>Looks for PostgreSQL's programs where a configuration does not name them.</summary>
public static class BinDirectories
{
    private const string DebianRoot = "/usr/lib/postgresql";

    /// <summary>The directory of the pg_ctl that fits the cluster, or null.</summary>
    public static string? Find(string dataDirectory)
    {
        var version = Version(dataDirectory);
        return Usual(version).Concat(OnPath()).FirstOrDefault(HasPgCtl);
    }

    // The packages' directories name the version; what PATH holds may be any, so it comes last.
    private static IEnumerable<string> Usual(string version)
    {
        if (!OperatingSystem.IsWindows())
            return [Path.Combine(DebianRoot, version, "bin"), $"/usr/pgsql-{version}/bin"];
        return [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL", version, "bin")];
    }

    private static IEnumerable<string> OnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathFullyQualified);

    private static bool HasPgCtl(string directory) => File.Exists(Path.Combine(directory, OperatingSystem.IsWindows() ? "pg_ctl.exe" : "pg_ctl"));

    private static string Version(string dataDirectory)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(dataDirectory, "PG_VERSION")).Trim();
            return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _) ? text : "none";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "none"; // the data directory's own problem is reported elsewhere
        }
    }
}
