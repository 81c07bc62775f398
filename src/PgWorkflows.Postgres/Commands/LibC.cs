using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PgWorkflows.Postgres.Commands;

/// <summary>The few calls of the C library that .NET does not offer. Unix only; statx and passwd as Linux lays them out.</summary>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class LibC
{
    public const int SigTerm = 15;
    public const int SigKill = 9;
    private const int Esrch = 3;
    private const int AtFdCwd = -100;
    private const uint BasicStats = 0x7ff;

    /// <summary>Sends a signal; false when there is no such process (or it may not be signalled).</summary>
    public static bool Signal(int pid, int signal) => Kill(pid, signal) == 0;

    /// <summary>Whether a process (a zombie included) has this pid; true when it may not be signalled.</summary>
    public static bool Exists(int pid) => Kill(pid, 0) == 0 || Marshal.GetLastPInvokeError() != Esrch;

    /// <summary>Owner, permissions and identity of what the path leads to, symbolic links followed; null when it cannot be seen.</summary>
    public static FileFacts? Stat(string path)
    {
        var buffer = stackalloc byte[256];
        if (StatX(AtFdCwd, path, 0, BasicStats, buffer) != 0)
            return null;
        return new(
            Owner: *(uint*)(buffer + 20),
            Mode: *(ushort*)(buffer + 28),
            Inode: *(ulong*)(buffer + 32),
            Device: ((ulong)*(uint*)(buffer + 136) << 32) | *(uint*)(buffer + 140));
    }

    /// <summary>The account of this name, or null.</summary>
    public static OsAccount? Account(string name)
    {
        var buffer = stackalloc byte[16384];
        Passwd entry;
        Passwd* found;
        return GetPwNam(name, &entry, buffer, 16384, &found) == 0 && found != null ? Account(entry) : null;
    }

    /// <summary>The account with this number, or null.</summary>
    public static OsAccount? Account(uint uid)
    {
        var buffer = stackalloc byte[16384];
        Passwd entry;
        Passwd* found;
        return GetPwUid(uid, &entry, buffer, 16384, &found) == 0 && found != null ? Account(entry) : null;
    }

    /// <summary>Keys pressed at a terminal, Ctrl+C among them, reach this process and its children alike.</summary>
    public static bool IsAtTerminal { get; } = IsATty(0) == 1 || IsATty(1) == 1;

    /// <summary>The user that this process acts as.</summary>
    public static uint CurrentUser => GetEUid();

    private static OsAccount Account(in Passwd entry) =>
        new(Marshal.PtrToStringUTF8(entry.Name) ?? "", entry.Uid, entry.Gid, Marshal.PtrToStringUTF8(entry.Home) ?? "/");

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsATty(int descriptor);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEUid();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetPwNam(string name, Passwd* entry, byte* buffer, nuint length, Passwd** found);

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int GetPwUid(uint uid, Passwd* entry, byte* buffer, nuint length, Passwd** found);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int descriptor, byte* buffer, nuint count);

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Passwd
    {
        public nint Name;
        public nint Password;
        public uint Uid;
        public uint Gid;
        public nint Gecos;
        public nint Home;
        public nint Shell;
    }
}

/// <summary>What the file system knows of a file.</summary>
internal sealed record FileFacts(uint Owner, int Mode, ulong Inode, ulong Device)
{
    /// <summary>Somebody other than the owner may read, write or enter it.</summary>
    public bool IsOpenToOthers => (Mode & 0b111_111) != 0;

    /// <summary>Both are the same file, whatever the paths were.</summary>
    public bool IsSameFileAs(FileFacts other) => (Inode, Device) == (other.Inode, other.Device);
}

/// <summary>One user of the operating system.</summary>
internal sealed record OsAccount(string Name, uint Uid, uint Gid, string Home);
