using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Postgres.Watching;

/// <summary>
/// Linux: a pidfd stands for one process even after its pid was given away, and becomes readable when the process ends, reaped or
/// not. One thread waits for all of them in poll(2) and costs nothing meanwhile.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class PidFdExits : IProcessExits
{
    private const int StackSize = 128 * 1024;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Action> _waiting = [];
    private readonly int _wakeUp = LibC.EventFd();
    private readonly Thread _thread;
    private bool _leave;

    public PidFdExits()
    {
        if (_wakeUp < 0)
            throw new IOException($"The kernel gave no eventfd (error {Marshal.GetLastPInvokeError()}); more open files may be allowed with LimitNOFILE.");
        _thread = new(Wait, StackSize) { IsBackground = true, Name = "postmaster watch" };
        _thread.Start();
    }

    /// <summary>Since Linux 5.3; a container's filter may forbid it.</summary>
    public static bool IsAvailable { get; } = Probe();

    public IHeldProcess? Hold(int pid) => LibC.PidFdOpen(pid) is >= 0 and var descriptor ? new Held(this, descriptor) : null;

    public void Dispose()
    {
        lock (_lock)
            _leave = true;
        LibC.WakeUp(_wakeUp);
        _thread.Join();
        LibC.CloseDescriptor(_wakeUp);
    }

    private static bool Probe()
    {
        var descriptor = LibC.PidFdOpen(Environment.ProcessId);
        if (descriptor >= 0)
            LibC.CloseDescriptor(descriptor);
        return descriptor >= 0;
    }

    private unsafe void Wait()
    {
        const short readable = 1;
        while (true)
        {
            LibC.PollEntry[] entries;
            lock (_lock)
            {
                if (_leave)
                    return;
                entries = [new() { Descriptor = _wakeUp, Events = readable }, .. _waiting.Keys.Select(held => new LibC.PollEntry { Descriptor = held, Events = readable })];
            }

            fixed (LibC.PollEntry* first = entries)
            {
                if (LibC.Poll(first, (nuint)entries.Length, milliseconds: -1) <= 0)
                    continue; // a signal came
            }

            if (entries[0].Returned != 0)
                LibC.Drain(_wakeUp);
            foreach (var entry in entries.Skip(1).Where(entry => entry.Returned != 0))
                Ended(entry.Descriptor)?.Invoke();
        }
    }

    // Asked again: the number may stand for another process than the one that poll has seen.
    private Action? Ended(int descriptor)
    {
        lock (_lock)
            return _waiting.ContainsKey(descriptor) && IsReadable(descriptor) && _waiting.Remove(descriptor, out var exited) ? exited : null;
    }

    private static unsafe bool IsReadable(int descriptor)
    {
        var entry = new LibC.PollEntry { Descriptor = descriptor, Events = 1 };
        return LibC.Poll(&entry, 1, milliseconds: 0) > 0;
    }

    private sealed class Held(PidFdExits owner, int descriptor) : IHeldProcess
    {
        private int _open = 1;

        public bool HasExited => IsReadable(descriptor);

        public void WhenExited(Action exited)
        {
            lock (owner._lock)
                owner._waiting[descriptor] = exited;
            LibC.WakeUp(owner._wakeUp);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _open, 0) == 0)
                return;
            lock (owner._lock)
                owner._waiting.Remove(descriptor); // before the number can stand for something else
            LibC.CloseDescriptor(descriptor);
            LibC.WakeUp(owner._wakeUp);
        }
    }
}
