using System.Globalization;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Cli.Discovery;

/// <summary>The clusters that Debian's postgresql-common keeps: it knows where the configuration of each is, which PostgreSQL itself does not.</summary>
internal static class DebianClusters
{
    public static async Task<IReadOnlyList<FoundServer>> FindAsync(CommandRunner runner, bool hasSystemd, CancellationToken cancellationToken)
    {
        var listed = await runner.RunAsync(new("pg_lsclusters", "--no-header"), cancellationToken);
        return listed.ExitCode is null ? [] : [.. listed.Stdout.Split('\n').Select(line => Parse(line, hasSystemd)).OfType<FoundServer>()];
    }

    /// <summary>A line of version, cluster, port, status, owner, data directory and log file; the last two may hold blanks, so the data directory is what begins with '/' before the log.</summary>
    public static FoundServer? Parse(string line, bool hasSystemd)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 6 || !int.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || !words[5].StartsWith('/'))
            return null;
        var (version, cluster) = (words[0], words[1]);
        return new(
            $"Debian's cluster {version}/{cluster}", FoundServer.NameOf(cluster), hasSystemd ? "systemd" : "pg_ctl", hasSystemd ? $"postgresql@{version}-{cluster}" : null, words[5], port)
        {
            IsRunning = words[3].StartsWith("online", StringComparison.Ordinal),
            StartOptions = ["-p", words[2], "-c", $"config_file=/etc/postgresql/{version}/{cluster}/postgresql.conf"],
            SocketDirectory = Directory.Exists("/var/run/postgresql") ? "/var/run/postgresql" : null,
        };
    }
}
