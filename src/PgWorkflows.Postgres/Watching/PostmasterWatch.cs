using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Watching;

/// <summary>
/// Notices the death of postmasters at once (docs/profiles.md). A server that runs costs nothing: the kernel tells when it ends. One that does
/// not run is looked for once a second, so that its successor is watched as well.
/// </summary>
public sealed class PostmasterWatch : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private const int ReapingLooks = 10;

    private readonly Channel<PostmasterDeath> _deaths = Channel.CreateBounded<PostmasterDeath>(new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Dictionary<string, WatchedServer> _servers;
    private readonly IProcessExits? _exits;
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;
    private int _reapingLooks;

    /// <summary>Watches those of these resources that want it (<c>instantDetection</c>).</summary>
    public PostmasterWatch(IEnumerable<Resource> resources, TimeProvider time)
    {
        _time = time;
        _exits = IProcessExits.Create();
        _servers = resources.Where(resource => resource.InstantDetection)
            .ToDictionary(resource => resource.Name, resource => new WatchedServer(resource), StringComparer.OrdinalIgnoreCase);
        if (_exits is null || _servers.Count == 0)
            return;
        LookAtAll();
        _timer = time.CreateTimer(_ => LookAtAll(), null, LookInterval, LookInterval);
    }

    /// <summary>Why nothing is watched here, for people; null where the platform can.</summary>
    public string? Unavailable => _exits is not null ? null
        : OperatingSystem.IsLinux() ? "the kernel offers no pidfd (Linux 5.3 or later has it; a container's filter may forbid it); checks notice a death on their intervals"
        : "this operating system has no means for it; checks notice a death on their intervals";

    /// <summary>The deaths as they come, until cancelled; for one reader.</summary>
    public async IAsyncEnumerable<PostmasterDeath> DeathsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var death in _deaths.Reader.ReadAllAsync(cancellationToken))
            yield return death;
    }

    /// <summary>The pid of the postmaster that is watched now; null when there is none.</summary>
    public int? Watched(string resource) => _servers.GetValueOrDefault(resource)?.Pid;

    /// <summary>Looks for the resource's postmaster now instead of within a second: worth it after an action.</summary>
    public void Look(string resource)
    {
        if (_exits is not null && _servers.TryGetValue(resource, out var server) && server.Look(_exits, Died) is { } pid)
            Tell(server, pid);
    }

    /// <summary>Lets go of all of them.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        foreach (var server in _servers.Values)
            server.LetGo();
        _exits?.Dispose();
        _deaths.Writer.TryComplete();
    }

    private void LookAtAll()
    {
        if (Interlocked.Decrement(ref _reapingLooks) >= 0)
            Adopted.ReapServerProcesses();
        else
            Interlocked.Increment(ref _reapingLooks);
        foreach (var name in _servers.Keys)
            Look(name);
    }

    private void Died(WatchedServer server, int pid)
    {
        Interlocked.Exchange(ref _reapingLooks, ReapingLooks); // its backends end in the next seconds
        Tell(server, pid);
    }

    private void Tell(WatchedServer server, int pid) => _deaths.Writer.TryWrite(new(server.Name, pid, _time.GetUtcNow()));
}
