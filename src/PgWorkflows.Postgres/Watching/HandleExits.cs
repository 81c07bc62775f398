using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;

namespace PgWorkflows.Postgres.Watching;

/// <summary>Windows: a handle stands for one process even after its pid was given away, and the thread pool waits for all of them.</summary>
[SupportedOSPlatform("windows")]
internal sealed class HandleExits : IProcessExits
{
    public IHeldProcess? Hold(int pid)
    {
        Process? process = null;
        try
        {
            process = Process.GetProcessById(pid);
            _ = process.SafeHandle; // taken now: from here on it is this process
            return new Held(process);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            process?.Dispose();
            return null; // no such process, or it may not be waited for
        }
    }

    public void Dispose()
    {
        // Each held process has its own registration with the thread pool.
    }

    private sealed class Held(Process process) : IHeldProcess
    {
        public bool HasExited => process.HasExited;

        public void WhenExited(Action exited)
        {
            process.Exited += (_, _) => exited();
            process.EnableRaisingEvents = true;
        }

        public void Dispose() => process.Dispose();
    }
}
