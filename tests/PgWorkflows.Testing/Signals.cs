using System.Runtime.InteropServices;

namespace PgWorkflows.Testing;

/// <summary>Signals to processes that a test has started.</summary>
public static partial class Signals
{
    /// <summary>SIGTERM, as a service manager sends it.</summary>
    public static void Terminate(int pid) => _ = Kill(pid, 15);

    /// <summary>SIGKILL.</summary>
    public static void Kill(int pid) => _ = Kill(pid, 9);

    /// <summary>SIGSTOP: the process is frozen.</summary>
    public static void Freeze(int pid) => _ = Kill(pid, 19);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
