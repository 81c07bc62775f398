using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Cli.Doctor;

/// <summary>Looks at one resource the way the actions will, without changing anything.</summary>
internal sealed class ResourceDoctor(Resource resource, TimeProvider time)
{
    private readonly CommandRunner _runner = new(time);

    public async Task<IReadOnlyList<Diagnosis>> ExamineAsync(CancellationToken cancellationToken)
    {
        var diagnoses = new List<Diagnosis> { Programs() };
        var service = await ServiceControls.Create(_runner, time).For(resource).QueryAsync(resource, cancellationToken);
        diagnoses.Add(Service(service));
        if (resource.ServiceControl == ServiceControlKind.Systemd)
            diagnoses.AddRange(await new UnitDoctor(resource, _runner).ExamineAsync(cancellationToken));
        else if (resource.ServiceControl == ServiceControlKind.Sc && OperatingSystem.IsWindows())
            diagnoses.AddRange(resource.ServiceHost is { } host
                ? [new($"{resource.Name}: service", Verdict.Note, $"its account and what restarts it stand on {host} and are not seen from here", $"run pgw doctor on {host}")]
                : WindowsServiceDoctor.Examine(resource));
        else if (SupervisorDoctor.Owner(resource) is { } owner)
            diagnoses.Add(owner);
        if (resource.ServiceControl == ServiceControlKind.PgCtl && ServerConfiguration() is { } configuration)
            diagnoses.Add(configuration);
        diagnoses.AddRange(await new ReachDoctor(resource, _runner).ExamineAsync(cancellationToken));
        if (service.Status != ServiceStatus.Running)
            return diagnoses;

        diagnoses.Add(await PortAsync(cancellationToken));
        diagnoses.Add(await ProbeAsync(cancellationToken));
        return diagnoses;
    }

    private Diagnosis Programs()
    {
        string[] needed = resource.Client == ClientKind.Psql ? ["pg_ctl", "psql"] : ["pg_ctl"];
        var missing = needed.Where(program => !File.Exists(resource.Program(program))).ToList();
        return missing.Count == 0
            ? new($"{resource.Name}: programs", Verdict.Good, $"{string.Join(", ", needed)} in {resource.BinDirectory}")
            : new($"{resource.Name}: programs", Verdict.Bad, $"{string.Join(", ", missing)} not in {resource.BinDirectory}",
                missing.Contains("psql") ? "correct binDirectory, or set client to npgsql" : "correct binDirectory");
    }

    /// <summary>Debian keeps postgresql.conf elsewhere, where pg_ctl does not find it by itself.</summary>
    private Diagnosis? ServerConfiguration() =>
        File.Exists(Path.Combine(resource.DataDirectory, "postgresql.conf")) || resource.StartOptions.Any(option => option.Contains("config_file=", StringComparison.Ordinal))
            ? null
            : new($"{resource.Name}: start options", Verdict.Bad, $"{resource.DataDirectory} has no postgresql.conf: pg_ctl could not start the server",
                $"set startOptions to [\"-p\", \"{resource.Port}\", \"-c\", \"config_file=...\"] with its place, or control the server by its unit (systemd)");

    private Diagnosis Service(ServiceQuery query) => query.Status switch
    {
        ServiceStatus.Running => new($"{resource.Name}: service", Verdict.Good, query.Detail),
        null => new($"{resource.Name}: service", Verdict.Bad, $"no status: {query.Evidence.Command}: {query.Evidence.Output}", "check service, dataDirectory, osUser and the rights of this account"),
        _ => new($"{resource.Name}: service", Verdict.Note, query.Detail, $"start it to check the rest: pgw restore {resource.Name}"),
    };

    private async Task<Diagnosis> PortAsync(CancellationToken cancellationToken)
    {
        var subject = $"{resource.Name}: port";
        var inFile = PostmasterPidFile.Read(resource.DataDirectory)?.Port;
        var status = await _runner.RunAsync(PgCtl.Status(resource), cancellationToken);
        var inOutput = PostmasterPort.Find(status.Stdout);
        var port = resource.PortSource == PortSource.PostmasterPid ? inFile : inOutput;
        if (port == resource.Port)
            return new(subject, Verdict.Good, $"{port}, from {(resource.PortSource == PortSource.PostmasterPid ? "postmaster.pid" : "pg_ctl status")}");
        if (port is null)
        {
            return inFile is null
                ? new(subject, Verdict.Bad, $"neither pg_ctl status nor postmaster.pid shows one ({status.Output})", "is the server still starting?")
                : new(subject, Verdict.Bad, "the output of pg_ctl status shows none: the server was started without -p; deepCheck would fail with 113003",
                    "set portSource to postmasterPid, or start the server with -p");
        }

        return new(subject, Verdict.Bad, $"the server has port {port}, the configuration says {resource.Port}; deepCheck would fail with 113004", $"set port to {port}, if it is the right server");
    }

    private async Task<Diagnosis> ProbeAsync(CancellationToken cancellationToken)
    {
        var result = await ProbeClients.Create(_runner, time).For(resource).RunAsync(resource, ProbeKind.SystemRelations, cancellationToken);
        return result.Succeeded
            ? new($"{resource.Name}: connection", Verdict.Good, $"{result.Evidence.Command} works")
            : new($"{resource.Name}: connection", Verdict.Bad, $"{result.Evidence.Command}: {result.Evidence.Output}",
                resource.PassFile is null ? "set user, checkDatabase, and passFile if the server asks for a password" : $"check user, checkDatabase, pg_hba.conf and {resource.PassFile}");
    }
}
