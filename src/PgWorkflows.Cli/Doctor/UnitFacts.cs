using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Cli.Doctor;

/// <summary>What systemd knows of a unit beyond its status: who runs it, on which data directory, and what it does by itself.</summary>
internal sealed record UnitFacts(
    string Name, string LoadState, string ActiveState, string Type, string User, string Restart, int MainPid, string? DataDirectory)
{
    private const string Properties = "LoadState,ActiveState,Type,User,Restart,MainPID,ExecStart,Environment";

    public static async Task<UnitFacts?> OfAsync(string service, CommandRunner runner, CancellationToken cancellationToken)
    {
        var name = SystemdUnitName.Of(service);
        var shown = await runner.RunAsync(new("systemctl", "show", "--no-pager", $"--property={Properties}", "--", name), cancellationToken);
        return shown.Succeeded ? Parse(name, shown.Stdout, DebianDataDirectory) : null;
    }

    /// <summary>Reads the properties.</summary>
    /// <param name="name">The unit's full name.</param>
    /// <param name="output">What systemctl show has printed.</param>
    /// <param name="ofInstance">Finds the data directory of Debian's version and cluster.</param>
    public static UnitFacts Parse(string name, string output, Func<string, string, string?> ofInstance)
    {
        var values = output.Split('\n').Where(line => line.Contains('=', StringComparison.Ordinal))
            .GroupBy(line => line[..line.IndexOf('=', StringComparison.Ordinal)], line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim(), StringComparer.Ordinal)
            .ToDictionary(lines => lines.Key, lines => lines.First(), StringComparer.Ordinal);
        return new(name, Value("LoadState"), Value("ActiveState"), Value("Type"), Value("User"), Value("Restart"),
            int.TryParse(Value("MainPID"), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0,
            OfArguments(Value("ExecStart")) ?? OfEnvironment(Value("Environment")) ?? OfInstance(name, ofInstance));

        string Value(string key) => values.GetValueOrDefault(key, "");
    }

    /// <summary>The directory after -D in <c>ExecStart={ path=… ; argv[]=… ; … }</c>.</summary>
    private static string? OfArguments(string start)
    {
        const string Begin = "argv[]=";
        if (start.IndexOf(Begin, StringComparison.Ordinal) is not (>= 0 and var at))
            return null;
        var words = start[(at + Begin.Length)..].Split(" ; ")[0].Split(' ');
        var flag = Array.FindIndex(words, word => word.StartsWith("-D", StringComparison.Ordinal));
        var given = flag < 0 ? null : words[flag].Length > 2 ? words[flag][2..] : words.ElementAtOrDefault(flag + 1);
        return given is ['/', ..] ? given : null;
    }

    private static string? OfEnvironment(string environment) =>
        environment.Split(' ').FirstOrDefault(word => word.StartsWith("PGDATA=/", StringComparison.Ordinal))?["PGDATA=".Length..];

    /// <summary>Debian's instances: <c>postgresql@15-main.service</c> is the cluster main of version 15.</summary>
    private static string? OfInstance(string name, Func<string, string, string?> find) =>
        name.StartsWith("postgresql@", StringComparison.Ordinal) && name["postgresql@".Length..^".service".Length].Split('-', 2) is [var version, var cluster]
            ? find(version, cluster) : null;

    private static string? DebianDataDirectory(string version, string cluster)
    {
        try
        {
            var line = File.ReadLines($"/etc/postgresql/{version}/{cluster}/postgresql.conf").LastOrDefault(l => l.TrimStart().StartsWith("data_directory", StringComparison.Ordinal));
            return line?.Split('\'') is [_, var directory, ..] ? directory : $"/var/lib/postgresql/{version}/{cluster}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Without a configuration there is no such cluster.
        }
    }
}
