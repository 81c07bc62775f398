using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>pg_ctl on the data directory, corrected by what postmaster.pid and the process itself tell (actions.md, decision 16).</summary>
public sealed class PgCtlServiceControl(ICommandRunner runner, TimeProvider time) : IServiceControl
{
    private const int NotRunning = 3;

    /// <inheritdoc/>
    public ServiceControlKind Kind => ServiceControlKind.PgCtl;

    /// <inheritdoc/>
    public async Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken)
    {
        var result = await runner.RunAsync(PgCtl.Status(resource) with { Limit = resource.QueryLimit }, cancellationToken);
        var (status, detail) = result.ExitCode switch
        {
            NotRunning => (ServiceStatus.Stopped, "no server running"),
            0 => Judge(resource),
            null => (null, result.Output),
            var code => ((ServiceStatus?)null, $"exit code {code}: {result.Output}"),
        };
        return new(status, result.Evidence, $"pg_ctl status: {detail}");
    }

    /// <inheritdoc/>
    public Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken) =>
        new PostmasterStart(runner, time, resource).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken)
    {
        var command = PgCtl.Stop(resource);
        if (PostmasterPidFile.Read(resource.DataDirectory) is { } file
            && PostmasterProcess.Find(file, resource.DataDirectory) is { IsImpostor: true } impostor)
        {
            // pg_ctl would signal that process, whoever it is.
            var reason = $"not run: postmaster.pid is stale, {impostor.Detail}";
            return new(false, new(command.Display, null, reason), $"pg_ctl stop: {reason}");
        }

        var result = await runner.RunAsync(command, cancellationToken);
        return new(result.Succeeded, result.Evidence, $"pg_ctl stop: {(result.Succeeded ? "signal sent" : result.Output)}");
    }

    /// <summary>pg_ctl has found a process with the pid; now the question is which.</summary>
    private static (ServiceStatus?, string) Judge(Resource resource)
    {
        if (PostmasterPidFile.Read(resource.DataDirectory) is not { } file)
            return (ServiceStatus.Running, "server is running");
        if (PostmasterProcess.Find(file, resource.DataDirectory) is { MayBeAlive: false } process)
        {
            if (process.Verdict == PostmasterVerdict.Zombie && ProcessStat.Read(file.Pid) is { } zombie)
                Adopted.Reap(zombie); // as process 1 we are its parent
            return (ServiceStatus.Stopped, process.Detail);
        }

        if (file.Pid < 0)
            return (null, "a single-user server runs");
        return file.Status switch
        {
            "starting" => (ServiceStatus.StartPending, "server is starting"),
            "stopping" => (ServiceStatus.StopPending, "server is stopping"),
            { } status => (ServiceStatus.Running, $"server is running ({status})"),
            null when WritesItsStatus(resource) => (ServiceStatus.StartPending, "server is starting (no status in postmaster.pid yet)"),
            null => (ServiceStatus.Running, "server is running"),
        };
    }

    /// <summary>
    /// Since version 10 a server writes its status once its sockets are bound; one without a status has not come that far (docs/adr/0005).
    /// </summary>
    private static bool WritesItsStatus(Resource resource)
    {
        try
        {
            return int.TryParse(File.ReadAllText(Path.Combine(resource.DataDirectory, "PG_VERSION")).Trim(), CultureInfo.InvariantCulture, out var major) && major >= 10;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Older than 10 has a point in its version, and what cannot be read is not judged by.
        }
    }
}
