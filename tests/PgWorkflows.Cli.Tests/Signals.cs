using System.Runtime.InteropServices;
using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

namespace PgWorkflows.Cli.Tests;

/// <summary>Signals to processes that a test has started.</summary>
internal static partial class Signals
{
    /// <summary>SIGINT, as Ctrl+C sends it.</summary>
    public static void Interrupt(int pid) => _ = Kill(pid, 2);

    /// <summary>SIGSTOP: the process is frozen.</summary>
    public static void Freeze(int pid) => _ = Kill(pid, 19);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
