using Xunit;

namespace PgWorkflows.Testing;

/// <summary>The PostgreSQL of this machine. Where there is none, a test is skipped; in CI it fails.</summary>
public static class PostgresInstallation
{
    private const string Variable = "PGW_TEST_PG_BIN";

    /// <summary>The directory of initdb, pg_ctl and psql.</summary>
    public static string BinDirectory
    {
        get
        {
            var found = Candidates().FirstOrDefault(directory => File.Exists(Path.Combine(directory, "initdb")));
            if (found is not null)
                return found;
            const string Missing = $"There is no PostgreSQL server under /usr/lib/postgresql; install one, or name its bin directory in {Variable}.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(Missing);
            Assert.Skip(Missing);
            return "";
        }
    }

    /// <summary>PostgreSQL refuses root: then its programs run as this user.</summary>
    public static string? OsUser => Environment.UserName == "root" ? "postgres" : null;

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return [named];
        const string Root = "/usr/lib/postgresql";
        return Directory.Exists(Root)
            ? Directory.EnumerateDirectories(Root).OrderByDescending(Path.GetFileName, StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
            : [];
    }
}
