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

    /// <summary>Takes hold of a postmaster that has come. Returns a pid when one has come and gone since the last look.</summary>
    public int? Look(IProcessExits exits, Action<WatchedServer, int> died)
    {
        lock (_lock)
        {
            // A file that is still being written has no start in it yet; a server that was told of is not told of again.
            if (_over || _held is not null || PostmasterPidFile.Read(resource.DataDirectory) is not { Pid: > 0, StartTime: not null } file || file.IsSameServerAs(_last))
                return null;
            var before = _last;
            _held = Hold(exits, file, out var isOver);
            if (_held is null)
            {
                if (isOver)
                    _last = file;
                return isOver && before is not null ? file.Pid : null;
            }

            _last = file;
            var (held, stat) = (_held, ProcessStat.Read(file.Pid));
            held.WhenExited(() => Ended(held, stat, () => died(this, file.Pid)));
            return null;
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
