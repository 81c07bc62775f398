using PgWorkflows.Cli.Doctor;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Cli.Discovery;

/// <summary>Finds the PostgreSQL servers of this machine, each once, by the means that knows most of it.</summary>
internal sealed class ServerFinder(CommandRunner runner)
{
    public async Task<IReadOnlyList<FoundServer>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new List<FoundServer>();
        if (OperatingSystem.IsWindows())
        {
            found.AddRange(WindowsServiceFacts.Postgres().Where(service => service.DataDirectory is not null).Select(service =>
                new FoundServer($"the service {service.Name}", FoundServer.NameOf(service.Name), "sc", service.Name, service.DataDirectory!, service.Port ?? ServerFiles.Port(service.DataDirectory!))
                {
                    IsRunning = PostmasterPidFile.Read(service.DataDirectory!) is not null,
                    ShowsItsPort = service.Port is not null,
                }));
        }
        else
        {
            var hasSystemd = Directory.Exists("/run/systemd/system");
            found.AddRange(await DebianClusters.FindAsync(runner, hasSystemd, cancellationToken));
            if (hasSystemd)
                found.AddRange(await SystemdServers.FindAsync(runner, cancellationToken));
            found.AddRange(RunningPostmasters.Find());
        }

        var each = found.GroupBy(server => Path.TrimEndingDirectorySeparator(server.DataDirectory), StringComparer.Ordinal).Select(same => same.First());
        var result = new List<FoundServer>();
        foreach (var server in each)
            result.Add(await CompleteAsync(server, cancellationToken));
        return result;
    }

    /// <summary>Looks at the running server: how it is reached, and whether its port can be seen.</summary>
    private static async Task<FoundServer> CompleteAsync(FoundServer server, CancellationToken cancellationToken)
    {
        server = server with { HasPsql = ServerFiles.HasPsql(server.DataDirectory) };
        if (!server.IsRunning)
            return server with { ShowsItsPort = server.ServiceControl == "pg_ctl" || server.ShowsItsPort }; // We would start it, with -p.
        var options = Path.Combine(server.DataDirectory, "postmaster.opts");
        var line = await ReadAsync(options, cancellationToken);
        return server with
        {
            ShowsItsPort = line is not null && PostmasterPort.Find($"pg_ctl: server is running (PID: 1)\n{line}") == server.Port,
            SocketDirectory = ServerFiles.SocketDirectory(server.DataDirectory) ?? (OperatingSystem.IsWindows() ? null : server.SocketDirectory),
        };
    }

    private static async Task<string?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
