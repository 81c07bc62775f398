using System.Globalization;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>
/// The server processes that a dead postmaster has left. Most end at once; one in the middle of a long computation notices only when it is done. As long
/// as one is attached to the old shared memory PostgreSQL starts no server ("pre-existing shared memory block is still in use"), and rightly so.
/// Linux alone shows them.
/// </summary>
internal static class LeftProcesses
{
    private const string Segments = "/proc/sysvipc/shm";
    private const int MostNamed = 5;

    /// <summary>There is at least one. False also where that cannot be seen: PostgreSQL looks for itself.</summary>
    public static bool Any(PostmasterPidFile? dead)
    {
        if (dead?.SharedMemory is not { } segment || !File.Exists(Segments))
            return false;
        foreach (var line in File.ReadLines(Segments).Skip(1))
        {
            // key shmid perms size cpid lpid nattch …; an id is given again after a restart of the machine, then by another process.
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 6 && Number(fields[1]) == segment)
                return Number(fields[4]) == dead.Pid && Number(fields[6]) > 0;
        }

        return false;
    }

    /// <summary>Their process ids, the first few; none of those that may not be looked at.</summary>
    public static IReadOnlyList<int> Find(PostmasterPidFile dead) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(folder => (int?)Number(Path.GetFileName(folder))).OfType<int>()
            .Where(pid => IsAttached(pid, dead.SharedMemory)).Order().Take(MostNamed),
    ];

    private static bool IsAttached(int pid, int? segment)
    {
        try
        {
            // address rights offset device inode /SYSV…; the inode of a System V segment is its id.
            return File.ReadLines($"/proc/{pid}/maps").Any(line =>
                line.Contains("/SYSV", StringComparison.Ordinal) && Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]) == segment);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int? Number(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
}
