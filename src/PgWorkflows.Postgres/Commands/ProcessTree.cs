using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace PgWorkflows.Postgres.Commands;

/// <summary>Ends a command's own processes: politely first (SIGTERM, Unix), then by force.</summary>
internal static class ProcessTree
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    public static async Task EndAsync(Process process, bool withDescendants, TimeProvider time)
    {
        if (OperatingSystem.IsWindows())
        {
            Kill(process, withDescendants);
        }
        else
        {
            // Noted before the parent goes: afterwards nobody could tell whose children they were.
            var descendants = withDescendants ? ProcessStat.Descendants(process.Id) : [];
            if (!process.HasExited)
                LibC.Signal(process.Id, LibC.SigTerm);
            await WaitAsync(process, Grace, time);
            Kill(process, withDescendants);
            foreach (var descendant in descendants.Where(IsThere))
                LibC.Signal(descendant.Pid, LibC.SigKill);
            for (var wait = Grace; wait > TimeSpan.Zero && descendants.Any(IsThere); wait -= Look)
                await Task.Delay(Look, time, CancellationToken.None);
            foreach (var descendant in descendants)
                Adopted.Reap(descendant);
        }

        await WaitAsync(process, Grace, time);
    }

    // The same process still, not a new one under its pid.
    private static bool IsThere(ProcessStat process) =>
        ProcessStat.Read(process.Pid) is { IsZombie: false } now && now.StartTicks == process.StartTicks;

    private static void Kill(Process process, bool withDescendants)
    {
        try
        {
            if (!process.HasExited)
                process.Kill(withDescendants);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It ended in this moment, or part of its tree did: that is what was wanted.
        }
    }

    private static async Task WaitAsync(Process process, TimeSpan limit, TimeProvider time)
    {
        using var enough = new CancellationTokenSource(limit, time);
        try
        {
            await process.WaitForExitAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            // Still there: the caller goes on to the next, stronger means.
        }
    }
}

/// <summary>The part of <c>/proc/PID/stat</c> that tells processes apart.</summary>
internal sealed record ProcessStat(int Pid, char State, int Parent, ulong StartTicks)
{
    /// <summary>The program's name, as far as the kernel keeps it.</summary>
    public string Name { get; private init; } = "";

    /// <summary>Dead, but its parent has not asked for its exit code yet.</summary>
    public bool IsZombie => State is 'Z' or 'X' or 'x';

    /// <summary>What the kernel says of a process, or null when it cannot be seen.</summary>
    public static ProcessStat? Read(int pid)
    {
        try
        {
            return Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the line; the program's name in it may hold blanks and brackets, so fields count from the last bracket.</summary>
    public static ProcessStat? Parse(string line)
    {
        var fields = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19
            && int.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(' ', StringComparison.Ordinal))), CultureInfo.InvariantCulture, out var pid)
            && int.TryParse(fields[1], CultureInfo.InvariantCulture, out var parent)
            && ulong.TryParse(fields[19], CultureInfo.InvariantCulture, out var start)
                ? new(pid, fields[0][0], parent, start) { Name = NameIn(line) }
                : null;
    }

    /// <summary>All processes that can be seen, as of now.</summary>
    public static IEnumerable<ProcessStat> All() => !Directory.Exists("/proc/self") ? [] : Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? Read(pid) : null)
        .OfType<ProcessStat>();

    /// <summary>All processes below this one, as of now.</summary>
    [UnsupportedOSPlatform("windows")]
    public static IReadOnlyList<ProcessStat> Descendants(int root)
    {
        var children = All().ToLookup(process => process.Parent);
        var found = new List<ProcessStat>(children[root]);
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i].Pid]);
        return found;
    }
    private static string NameIn(string line)
    {
        var begin = line.IndexOf('(', StringComparison.Ordinal) + 1;
        var end = line.LastIndexOf(')');
        return begin > 0 && end > begin ? line[begin..end] : "";
    }
}
