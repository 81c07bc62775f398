using System.Diagnostics;
using System.Globalization;

namespace PgWorkflows.Testing;

/// <summary>A process that a test has beside it, and that never outlives it.</summary>
public sealed class BackgroundProcess : IDisposable
{
    private readonly Process _process;

    private BackgroundProcess(Process process) => _process = process;

    /// <summary>Its pid.</summary>
    public int Id => _process.Id;

    /// <summary>It still runs.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Starts a program as the user that servers run as, in a directory that it may enter.</summary>
    public static BackgroundProcess Start(string directory, string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { UseShellExecute = false, WorkingDirectory = directory };
        if (PostgresInstallation.OsUser is { } user)
            info.UserName = user;
#pragma warning disable RS0030 // CommandRunner waits for the end; this is for processes that stay.
        return new(Process.Start(info)!);
#pragma warning restore RS0030
    }

    /// <summary>Kills every process that works in this folder or below it.</summary>
    public static void KillAllIn(string folder) => KillAll(In(folder));

    /// <summary>Kills the processes in this folder that run this very program.</summary>
    public static void KillCopiesIn(string folder, string program) => KillAll(In(folder).Where(pid => Link(pid, "exe") == program));

    private static void KillAll(IEnumerable<int> pids)
    {
        foreach (var pid in pids)
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                process.Kill();
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It has ended in this moment.
            }
        }
    }

    /// <summary>The pids of the processes that work in this folder or below it.</summary>
    public static IReadOnlyList<int> In(string folder) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Link(pid, "cwd") is { } directory
                && (directory == folder || directory.StartsWith(folder + "/", StringComparison.Ordinal))),
    ];

    private static string? Link(int pid, string name)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/{name}").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
