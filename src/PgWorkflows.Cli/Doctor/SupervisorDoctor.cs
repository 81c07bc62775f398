using System.Globalization;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Cli.Doctor;

/// <summary>Looks for others that start and stop PostgreSQL servers here: two supervisors of one server undo each other's work.</summary>
internal static class SupervisorDoctor
{
    private static readonly (string Program, string What, string Cure)[] Agents =
    [
        ("patroni", "Patroni", "let Patroni alone manage the cluster, or pause it: patronictl pause"),
        ("repmgrd", "repmgr's daemon", "stop repmgrd, or set failover=manual in repmgr.conf"),
        ("pg_autoctl", "pg_auto_failover", "let pg_autoctl alone manage the node, or stop it"),
        ("stolon-keeper", "Stolon's keeper", "let Stolon alone manage the node, or stop it"),
        ("efm", "EDB Failover Manager", "stop its agent on this node: efm stop-cluster"),
        ("pacemakerd", "Pacemaker", "set the resource of this server unmanaged: pcs resource unmanage"),
        ("monit", "monit", "take PostgreSQL out of monit's control file: monit unmonitor"),
        ("LifeKeeper", "LifeKeeper", "take the PostgreSQL hierarchy out of service there, or remove it"),
    ];

    /// <summary>What runs on this machine.</summary>
    public static IReadOnlyList<Diagnosis> Examine() => Judge(CommandLines());

    /// <summary>Judges command lines, each as its words.</summary>
    public static IReadOnlyList<Diagnosis> Judge(IEnumerable<string[]> commandLines)
    {
        // Interpreted agents have their own name second: python3 /usr/bin/patroni config.yml.
        var names = commandLines.SelectMany(words => words.Take(2))
            .Select(word => word.Contains("/LifeKeeper/", StringComparison.OrdinalIgnoreCase) ? "LifeKeeper" : Path.GetFileNameWithoutExtension(word)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var found = Agents.Where(agent => names.Contains(agent.Program)).ToList();
        return found.Count == 0
            ? [new("supervisors", Verdict.Good, "no other cluster agent runs here")]
            : [.. found.Select(agent => new Diagnosis("supervisors", Verdict.Note, $"{agent.What} ({agent.Program}) runs here and may start or stop PostgreSQL too", agent.Cure))];
    }

    /// <summary>A server that is to be controlled by pg_ctl, but was started by a unit of systemd: systemd has its own idea of whether it should run.</summary>
    public static Diagnosis? Owner(Resource resource)
    {
        if (resource.ServiceControl != ServiceControlKind.PgCtl || PostmasterPidFile.Read(resource.DataDirectory) is not { Pid: > 0 } file)
            return null;
        try
        {
            var group = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{file.Pid}/cgroup"));
            var unit = group.Split('/', '\n').LastOrDefault(part => part.EndsWith(".service", StringComparison.Ordinal) && part.Contains("postgres", StringComparison.OrdinalIgnoreCase));
            return unit is null ? null : new($"{resource.Name}: supervisors", Verdict.Note, $"the running server belongs to the unit {unit}, while pg_ctl acts past it",
                $"set serviceControl to systemd and service to {unit[..^".service".Length]}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // The process has gone, or is not ours to look at.
        }
    }

    private static IEnumerable<string[]> CommandLines()
    {
        if (!Directory.Exists("/proc/self"))
            return System.Diagnostics.Process.GetProcesses().Select(process => new[] { process.ProcessName });
        return Directory.EnumerateDirectories("/proc").Where(path => Path.GetFileName(path).All(char.IsAsciiDigit)).Select(path =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(path, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return []; // It ended while we looked.
            }
        });
    }
}
