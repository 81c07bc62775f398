using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Watching;

/// <summary>One resource's postmaster: which one is held, which one was seen last. Its own lock.</summary>
internal sealed class WatchedServer(Resource resource)
{
    private readonly Lock _lock = new();
    private IHeldProcess? _held;
    private PostmasterPidFile? _last;
    private bool _over;
    private int _looking;

    public string Name => resource.Name;

    /// <summary>The pid of the postmaster that is held; null while there is none.</summary>
    public int? Pid
    {
        get
        {
            lock (_lock)
                return _held is null ? null : _last?.Pid;
        }
    }

    /// <summary>
    /// Takes hold of a postmaster that has come. Returns a pid when one has come and gone since the last look. A directory that hangs keeps
    /// one look only, and nobody who asks for the pid: files are read outside of the lock.
    /// </summary>
    public int? Look(IProcessExits exits, Action<WatchedServer, int> died)
    {
        if (Interlocked.Exchange(ref _looking, 1) == 1)
            return null;
        try
        {
            // A file that is still being written has no start in it yet; a server that was told of is not told of again.
            if (Pid is not null || PostmasterPidFile.Read(resource.DataDirectory) is not { Pid: > 0, StartTime: not null } file || file.IsSameServerAs(_last))
                return null;
            var held = Hold(exits, file, out var isOver);
            return held is not null ? Watch(held, file, died) : isOver ? Missed(file) : null;
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private int? Watch(IHeldProcess held, PostmasterPidFile file, Action<WatchedServer, int> died)
    {
        var stat = ProcessStat.Read(file.Pid);
        lock (_lock)
        {
            if (_over)
            {
                held.Dispose();
                return null;
            }

            (_held, _last) = (held, file);
            held.WhenExited(() => Ended(held, stat, () => died(this, file.Pid)));
        }

        return null;
    }

    /// <summary>One that was dead when it was first seen: news only if another one was seen before.</summary>
    private int? Missed(PostmasterPidFile file)
    {
        lock (_lock)
        {
            var isNews = _last is not null;
            _last = file;
            return isNews ? file.Pid : null;
        }
    }

    public void LetGo()
    {
        lock (_lock)
        {
            _over = true;
            _held?.Dispose();
            _held = null;
        }
    }

    private void Ended(IHeldProcess held, ProcessStat? stat, Action died)
    {
        lock (_lock)
        {
            if (_held != held)
                return; // let go of meanwhile
            _held = null;
        }

        held.Dispose();
        if (stat is not null)
            Adopted.Reap(stat);
        died();
    }

    /// <summary>
    /// First the hold, then the looking: when the held process has not ended afterwards, it is the one that was looked at, and its pid
    /// cannot have gone to another one in between.
    /// </summary>
    private IHeldProcess? Hold(IProcessExits exits, PostmasterPidFile file, out bool isOver)
    {
        var held = exits.Hold(file.Pid);
        var process = PostmasterProcess.Find(file, resource.DataDirectory);
        isOver = !process.MayBeAlive;
        if (held is { HasExited: false } && (process.Verdict == PostmasterVerdict.Alive || (process.MayBeAlive && PostmasterProcess.StartsWhenTheFileSays(file))))
            return held;
        held?.Dispose();
        return null;
    }
}
