using System.Runtime.InteropServices;

namespace PgWorkflows.Postgres.Commands;

/// <summary>Holding processes and waiting for them, as Linux offers it.</summary>
internal static unsafe partial class LibC
{
    private const int PidFdOpenNumber = 434; // the same on every architecture
    private const int CloseOnExecNonBlocking = 0x80000 | 0x800;
    private const int GetChildSubreaper = 37;
    private const int ByPid = 1;
    private const int ExitedNoHang = 4 | 1;

    /// <summary>A descriptor for the process that has this pid now, closed on exec; negative when there is none or the kernel does not offer it.</summary>
    public static int PidFdOpen(int pid) => (int)SystemCall(PidFdOpenNumber, pid, 0);

    /// <summary>A descriptor that <see cref="WakeUp"/> makes readable; negative when there is none to be had.</summary>
    public static int EventFd() => EventFd(0, CloseOnExecNonBlocking);

    public static void WakeUp(int eventDescriptor)
    {
        ulong one = 1;
        _ = Write(eventDescriptor, (byte*)&one, sizeof(ulong)); // full means that it is readable already
    }

    public static void Drain(int eventDescriptor)
    {
        ulong count;
        _ = Read(eventDescriptor, (byte*)&count, sizeof(ulong)); // empty means that somebody was quicker
    }

    public static void CloseDescriptor(int descriptor) => _ = Close(descriptor);

    /// <summary>Orphans below us become our children, and stay zombies until we ask for their exit codes.</summary>
    public static bool IsReaper
    {
        get
        {
            var subreaper = 0;
            return Environment.ProcessId == 1 || (OperatingSystem.IsLinux() && PrCtl(GetChildSubreaper, &subreaper, 0, 0, 0) == 0 && subreaper != 0);
        }
    }

    /// <summary>Takes the exit code of this child of ours, if it has ended; no other child is touched.</summary>
    public static bool Reap(int child)
    {
        var information = stackalloc byte[128];
        return WaitId(ByPid, child, information, ExitedNoHang) == 0;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrCtl(int option, int* value, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, int id, byte* information, int options);
}
