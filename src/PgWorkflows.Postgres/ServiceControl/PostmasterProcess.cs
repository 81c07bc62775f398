using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>What became of the process that postmaster.pid names.</summary>
public enum PostmasterVerdict
{
    /// <summary>It is this server's postmaster.</summary>
    Alive,

    /// <summary>No process has that pid.</summary>
    Gone,

    /// <summary>It has died, and its parent has not noticed yet.</summary>
    Zombie,

    /// <summary>The pid belongs to somebody else by now.</summary>
    OtherProcess,

    /// <summary>It cannot be told, for want of permission; to be treated as alive, never as gone.</summary>
    Unknown,
}

/// <summary>
/// Tells whether a pid is still this server's postmaster. The rule on Linux: no such process is Gone; state Z is a Zombie; a
/// postmaster's working directory is its data directory (the same directory, whatever the paths), so another one means
/// OtherProcess, and so does a program that is not postgres; what may not be looked at is Unknown. Line 3 of the file against the
/// process's own start is shown when they are more than a minute apart, but decides nothing: clocks are set while servers run.
/// On Windows, where a working directory cannot be seen, name and start decide: another name is OtherProcess, postgres with the
/// file's start is Alive, anything else Unknown.
/// </summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Detail">The reason in a few words.</param>
public sealed record PostmasterProcess(PostmasterVerdict Verdict, string Detail)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>The pid can be taken for this server's.</summary>
    public bool MayBeAlive => Verdict is PostmasterVerdict.Alive or PostmasterVerdict.Unknown;

    /// <summary>Some process has the pid, but not this server's: PostgreSQL itself would take it for a running server.</summary>
    public bool IsImpostor => Verdict is PostmasterVerdict.Zombie or PostmasterVerdict.OtherProcess;

    /// <summary>Looks at the process that the file names.</summary>
    public static PostmasterProcess Find(PostmasterPidFile file, string dataDirectory)
    {
        var pid = Math.Abs(file.Pid);
        if (OperatingSystem.IsWindows())
            return FindOnWindows(pid, file.StartTime);
        if (!LibC.Exists(pid))
            return new(PostmasterVerdict.Gone, Said(pid, "does not exist"));
        if (ProcessStat.Read(pid) is not { } stat)
            return new(PostmasterVerdict.Unknown, Said(pid, "exists, but the system does not show what it is"));
        return stat.IsZombie ? new(PostmasterVerdict.Zombie, Said(pid, "has died (zombie)")) : FindByDirectory(pid, stat, file, dataDirectory);
    }

    /// <summary>The process began when the file was written: evidence where its directory may not be looked at.</summary>
    public static bool StartsWhenTheFileSays(PostmasterPidFile file) =>
        file.StartTime is { } written && ProcessStat.Read(file.Pid) is { } stat && BootTime.StartOf(stat) is { } started && (written - started).Duration() <= Tolerance;

    [UnsupportedOSPlatform("windows")]
    private static PostmasterProcess FindByDirectory(int pid, ProcessStat stat, PostmasterPidFile file, string dataDirectory)
    {
        var directory = LibC.Stat(Link(pid, "cwd"));
        var data = LibC.Stat(dataDirectory);
        if (directory is null || data is null || Target(Link(pid, "exe")) is not { } program)
        {
            // Looking took a moment, in which it may have died.
            return !LibC.Exists(pid) ? new(PostmasterVerdict.Gone, Said(pid, "has just ended"))
                : ProcessStat.Read(pid) is { IsZombie: true } ? new(PostmasterVerdict.Zombie, Said(pid, "has died (zombie)"))
                : new(PostmasterVerdict.Unknown, Said(pid, "exists, but may not be looked at"));
        }

        var name = Path.GetFileName(program.EndsWith(" (deleted)", StringComparison.Ordinal) ? program[..^10] : program);
        if (!directory.IsSameFileAs(data))
            return new(PostmasterVerdict.OtherProcess, Said(pid, $"is {name} in {Target(Link(pid, "cwd"))}"));
        if (!IsServer(name))
            return new(PostmasterVerdict.OtherProcess, Said(pid, $"is {name}"));
        return new(PostmasterVerdict.Alive, Said(pid, "is the postmaster") + Remark(file.StartTime, BootTime.StartOf(stat)));
    }

    [SupportedOSPlatform("windows")]
    private static PostmasterProcess FindOnWindows(int pid, DateTimeOffset? start)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            if (!IsServer(process.ProcessName))
                return new(PostmasterVerdict.OtherProcess, Said(pid, $"is {process.ProcessName}"));
            return start is { } expected && (process.StartTime.ToUniversalTime() - expected.UtcDateTime).Duration() <= Tolerance
                ? new(PostmasterVerdict.Alive, Said(pid, "is the postmaster"))
                : new(PostmasterVerdict.Unknown, Said(pid, "is a postgres that started at another time"));
        }
        catch (ArgumentException)
        {
            return new(PostmasterVerdict.Gone, Said(pid, "does not exist"));
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return new(PostmasterVerdict.Unknown, Said(pid, "exists, but may not be looked at"));
        }
    }

    private static bool IsServer(string program) =>
        program.Contains("postgres", StringComparison.OrdinalIgnoreCase) || program.Contains("postmaster", StringComparison.OrdinalIgnoreCase);

    private static string Remark(DateTimeOffset? written, DateTimeOffset? started) =>
        written is { } w && started is { } s && (w - s).Duration() > Tolerance
            ? string.Create(CultureInfo.InvariantCulture, $"; it started at {s:u}, postmaster.pid says {w:u}") : "";

    private static string Link(int pid, string name) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}");

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Said(int pid, string what) => string.Create(CultureInfo.InvariantCulture, $"process {pid} {what}");
}

/// <summary>Turns the kernel's start of a process into a time.</summary>
internal static class BootTime
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    public static DateTimeOffset? StartOf(ProcessStat stat)
    {
        try
        {
            var line = File.ReadLines("/proc/stat").FirstOrDefault(l => l.StartsWith("btime ", StringComparison.Ordinal));
            return line is not null && long.TryParse(line.AsSpan(6), CultureInfo.InvariantCulture, out var boot)
                ? DateTimeOffset.FromUnixTimeSeconds(boot).AddSeconds(stat.StartTicks / TicksPerSecond)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
