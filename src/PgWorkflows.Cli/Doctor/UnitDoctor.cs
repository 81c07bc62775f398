using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Cli.Doctor;

/// <summary>Looks at the unit of a resource: is it the right one, does it run the right server as the right user, and what does systemd do with it by itself.</summary>
internal sealed class UnitDoctor(Resource resource, CommandRunner runner)
{
    public async Task<IReadOnlyList<Diagnosis>> ExamineAsync(CancellationToken cancellationToken)
    {
        if (await UnitFacts.OfAsync(resource.Service, runner, cancellationToken) is not { } unit)
            return []; // The query of the status has told why.
        if (unit.LoadState == "not-found")
            return [new(Subject("unit"), Verdict.Bad, $"systemd has no {unit.Name}", await OthersAsync(cancellationToken))];
        if (unit.LoadState == "masked")
            return [new(Subject("unit"), Verdict.Bad, $"{unit.Name} is masked: nobody can start it", $"systemctl unmask {unit.Name}")];

        var diagnoses = new List<Diagnosis> { DataDirectory(unit), Restart(unit) };
        if (unit.Type == "oneshot")
            diagnoses.Insert(0, new(Subject("unit"), Verdict.Bad, $"{unit.Name} has no process of its own (Type=oneshot): it is active whatever the server does", await OthersAsync(cancellationToken)));
        if (await UserAsync(unit, cancellationToken) is { } user)
            diagnoses.Add(user);
        return diagnoses;
    }

    private Diagnosis DataDirectory(UnitFacts unit)
    {
        var subject = Subject("data directory");
        if (unit.MainPid != 0 && PostmasterPidFile.Read(resource.DataDirectory) is { } file)
        {
            return file.Pid == unit.MainPid
                ? new(subject, Verdict.Good, $"{unit.Name} runs the server of {resource.DataDirectory} (process {unit.MainPid})")
                : new(subject, Verdict.Bad, $"{unit.Name} runs process {unit.MainPid}, but postmaster.pid of {resource.DataDirectory} names {file.Pid}: two different servers, or one that was started past systemd",
                    "correct service or dataDirectory; a server that was started past systemd is stopped by pg_ctl and started by systemctl");
        }

        return unit.DataDirectory switch
        {
            null => new(subject, Verdict.Note, $"the definition of {unit.Name} does not name one", $"start it and look again: pgw restore {resource.Name}"),
            var directory when IsSame(directory, resource.DataDirectory) => new(subject, Verdict.Good, $"{unit.Name} runs on {directory}"),
            var directory => new(subject, Verdict.Bad, $"{unit.Name} runs on {directory}, the configuration says {resource.DataDirectory}", $"set dataDirectory to {directory}, or service to the right unit"),
        };
    }

    private Diagnosis Restart(UnitFacts unit) => unit.Restart is "no" or ""
        ? new(Subject("supervisors"), Verdict.Good, $"systemd does not restart {unit.Name} by itself")
        : new(Subject("supervisors"), Verdict.Note, $"systemd restarts {unit.Name} by itself (Restart={unit.Restart}), beside PgWorkflows",
            $"leave it to one of the two: systemctl edit {unit.Name} with [Service] and Restart=no");

    private async Task<Diagnosis?> UserAsync(UnitFacts unit, CancellationToken cancellationToken)
    {
        if (unit.User.Length == 0)
            return null; // Debian's wrapper changes to the owner by itself.
        var owner = (await runner.RunAsync(new("stat", "-L", "-c", "%U", resource.DataDirectory), cancellationToken)).Stdout.Trim();
        return owner.Length == 0 || owner == unit.User
            ? null
            : new(Subject("user"), Verdict.Bad, $"{unit.Name} runs as {unit.User}, but {resource.DataDirectory} belongs to {owner}", $"set User={owner} in the unit, or chown -R {unit.User} {resource.DataDirectory}");
    }

    private async Task<string> OthersAsync(CancellationToken cancellationToken)
    {
        var listed = await runner.RunAsync(new("systemctl", "list-units", "--all", "--plain", "--no-legend", "--no-pager", "--type=service", "*postgres*"), cancellationToken);
        var names = listed.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' ')[0])
            .Where(name => name != SystemdUnitName.Of(resource.Service) && name != "postgresql.service" && name.EndsWith(".service", StringComparison.Ordinal)).Take(50).ToList();
        foreach (var name in names)
        {
            if (await UnitFacts.OfAsync(name, runner, cancellationToken) is { DataDirectory: { } directory } && IsSame(directory, resource.DataDirectory))
                return $"set service to {name[..^".service".Length]}, which runs on {directory}";
        }

        return names.Count == 0 ? "set service to the unit that runs the server; systemctl list-units lists them" : $"set service to the unit that runs the server, perhaps {string.Join(" or ", names.Take(5))}";
    }

    private string Subject(string what) => $"{resource.Name}: {what}";

    private static bool IsSame(string one, string other) => string.Equals(Resolved(one), Resolved(other), StringComparison.Ordinal);

    private static string Resolved(string directory)
    {
        try
        {
            return Path.TrimEndingDirectorySeparator(new DirectoryInfo(directory).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? directory);
        }
        catch (IOException)
        {
            return directory;
        }
    }
}
