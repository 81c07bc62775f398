using PgWorkflows.Cli.Doctor;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Cli.Discovery;

/// <summary>Units whose definition names a data directory, as those of PostgreSQL's own packages do.</summary>
internal static class SystemdServers
{
    public static async Task<IReadOnlyList<FoundServer>> FindAsync(CommandRunner runner, CancellationToken cancellationToken)
    {
        var listed = await runner.RunAsync(new("systemctl", "list-unit-files", "--no-legend", "--no-pager", "--type=service", "*postgres*", "*pgsql*"), cancellationToken);
        var active = await runner.RunAsync(new("systemctl", "list-units", "--plain", "--no-legend", "--no-pager", "--type=service", "*postgres*", "*pgsql*"), cancellationToken);
        var names = $"{listed.Stdout}\n{active.Stdout}".Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' ')[0])
            .Where(name => name.EndsWith(".service", StringComparison.Ordinal) && !name.EndsWith("@.service", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);
        var found = new List<FoundServer>();
        foreach (var name in names)
        {
            if (await UnitFacts.OfAsync(name, runner, cancellationToken) is not { LoadState: "loaded", Type: not "oneshot", DataDirectory: { } directory } unit || !File.Exists(Path.Combine(directory, "PG_VERSION")))
                continue;
            var service = name[..^".service".Length];
            found.Add(new($"the unit {name}", FoundServer.NameOf(service), "systemd", service, directory, ServerFiles.Port(directory)) { IsRunning = unit.ActiveState == "active" });
        }

        return found;
    }
}
