using System.Diagnostics;
using System.Globalization;

namespace PgWorkflows.Persistence.Leases;

/// <summary>
/// Which process carries a run: host, boot, process id and process start, so that a number that was given to another process is not mistaken for
/// the first one. The boot names the process id namespace too: two containers on one machine do not see each other's processes.
/// </summary>
/// <param name="Host">The machine's name.</param>
/// <param name="Boot">The boot id of the kernel and the process id namespace; on Windows empty.</param>
/// <param name="ProcessId">The process id.</param>
/// <param name="Started">The process's start: clock ticks since boot on Linux, UTC ticks elsewhere.</param>
public sealed record ProcessIdentity(string Host, string Boot, long ProcessId, long Started)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } = new(Environment.MachineName, BootNow(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>
    /// Surely no longer running. A process of another host or namespace cannot be seen from here, so it is never called gone;
    /// a process of an earlier boot of this host always is.
    /// </summary>
    public bool IsGone()
    {
        if (!string.Equals(Host, Current.Host, StringComparison.OrdinalIgnoreCase))
            return false;
        if (Boot != Current.Boot)
            return Boot.Split('/')[0] != Current.Boot.Split('/')[0];
        return StartOf(ProcessId) != Started;
    }

    /// <summary>For people: host and process id.</summary>
    public override string ToString() => $"process {ProcessId} on {Host}";

    private static string BootNow()
    {
        if (!OperatingSystem.IsLinux())
            return "";
        var space = new FileInfo("/proc/self/ns/pid").LinkTarget ?? "";
        return $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}/{space}";
    }

    private static long? StartOf(long processId)
    {
        if (!OperatingSystem.IsLinux())
            return StartElsewhere(processId);
        try
        {
            // Field 22 of stat; the second field is the program's name in parentheses and may hold anything.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // No such process.
        }
    }

    private static long? StartElsewhere(long processId)
    {
        try
        {
            using var process = Process.GetProcessById((int)processId);
            return process.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
