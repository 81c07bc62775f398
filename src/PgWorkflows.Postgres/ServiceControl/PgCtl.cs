using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>The pg_ctl commands of a resource, as data.</summary>
public static class PgCtl
{
    // Positional arguments only: nothing of the configuration becomes text of the script. The server gets a session of its own, so
    // that it outlives us; the shell waits for it, so that a server that gives up at once is noticed.
    private const string DetachScript = """log=$1; shift; setsid "$@" >>"$log" 2>&1 </dev/null & wait $!""";

    /// <summary>Asks whether the server runs.</summary>
    public static Command Status(Resource resource) =>
        new(resource.Program("pg_ctl"), "status", "-D", resource.DataDirectory) { Limit = resource.StatusLimit, OsUser = resource.OsUser };

    /// <summary>Tells the server to stop and does not wait for it.</summary>
    public static Command Stop(Resource resource) =>
        new(resource.Program("pg_ctl"), "stop", "-D", resource.DataDirectory, "-m", resource.StopMode.ToString().ToLowerInvariant(), "-W")
        {
            Limit = resource.StopLimit, OsUser = resource.OsUser,
        };

    /// <summary>Starts the server; ending this command ends pg_ctl only.</summary>
    public static Command Start(Resource resource) =>
        new(resource.Program("pg_ctl"), "start", "-D", resource.DataDirectory, "-w", "-t", Seconds(resource.StartLimit),
            "-l", resource.LogFile, "-o", ShellWords(resource.StartOptions))
        {
            Limit = resource.StartLimit, OsUser = resource.OsUser, EndsTree = false,
        };

    /// <summary>
    /// Starts the server although the pid in postmaster.pid exists, because we know that it is not a server's. PostgreSQL refuses a
    /// lock file whose pid is alive unless that is its own, its parent's or its grandparent's pid; the last comes from the environment
    /// (miscinit.c, CreateLockFile). Its check for shared memory in use still holds, so two servers never share a directory. pg_ctl
    /// overwrites the variable; hence postgres directly.
    /// </summary>
    public static Command StartBesides(Resource resource, int pid) =>
        new("/bin/sh", ["-c", DetachScript, "sh", resource.LogFile, resource.Program("postgres"), "-D", resource.DataDirectory, .. resource.StartOptions])
        {
            Limit = resource.StartLimit, OsUser = resource.OsUser, EndsTree = false,
            DisplayAs = string.Join(' ', ["postgres", "-D", resource.DataDirectory, .. resource.StartOptions]),
            Environment = new Dictionary<string, string> { ["PG_GRANDPARENT_PID"] = pid.ToString(CultureInfo.InvariantCulture) },
        };

    /// <summary>Quotes options for the shell through which pg_ctl starts the server.</summary>
    public static string ShellWords(IEnumerable<string> options) => string.Join(' ', options.Select(option => OperatingSystem.IsWindows()
        ? $"\"{option}\""
        : $"'{option.Replace("'", """'\''""", StringComparison.Ordinal)}'"));

    private static string Seconds(TimeSpan limit) => Math.Ceiling(limit.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
