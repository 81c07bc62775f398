using System.Globalization;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Cli.Discovery;

/// <summary>What the files of a data directory tell of a server, running or not.</summary>
internal static class ServerFiles
{
    private const int DefaultPort = 5432;
    private const int SocketLine = 4;

    /// <summary>The port: that of the running server, else the configuration's, else PostgreSQL's own.</summary>
    public static int Port(string dataDirectory) => PostmasterPidFile.Read(dataDirectory)?.Port
        ?? Configured(Path.Combine(dataDirectory, "postgresql.auto.conf")) ?? Configured(Path.Combine(dataDirectory, "postgresql.conf")) ?? DefaultPort;

    /// <summary>psql stands beside the pg_ctl that fits the cluster; true as well where no pg_ctl is found, which is told elsewhere.</summary>
    public static bool HasPsql(string dataDirectory) =>
        BinDirectories.Find(dataDirectory) is not { } directory || File.Exists(Path.Combine(directory, OperatingSystem.IsWindows() ? "psql.exe" : "psql"));

    /// <summary>The directory of the running server's first socket (line 5 of postmaster.pid); null when it has none.</summary>
    public static string? SocketDirectory(string dataDirectory)
    {
        try
        {
            return File.ReadLines(Path.Combine(dataDirectory, "postmaster.pid")).ElementAtOrDefault(SocketLine)?.Trim() is ['/', ..] directory ? directory : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int? Configured(string file)
    {
        try
        {
            var last = File.ReadLines(file).Select(line => line.Trim()).LastOrDefault(line => line.StartsWith("port", StringComparison.OrdinalIgnoreCase)
                && line[4..].TrimStart() is ['=' or ' ' or (>= '0' and <= '9'), ..]);
            var digits = last?[4..].TrimStart(' ', '\t', '=', '\'') is { } rest ? new string([.. rest.TakeWhile(char.IsAsciiDigit)]) : "";
            return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
