using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Elsa;

/// <summary>The hub by which Studio watches running instances (elsa-contract 4).</summary>
internal sealed class InstanceHub(InstanceWatch watch, Installation installation) : Hub
{
    private const int MaxObserved = 50;

    /// <summary>Studio wants to see an instance move.</summary>
    public async Task ObserveInstanceAsync(string instanceId)
    {
        var observed = Observed();
        if (observed.Count >= MaxObserved || await installation.Instances.FindAsync(instanceId, Context.ConnectionAborted) is null)
            throw new HubException("There is no such run, or too many are observed over this connection.");
        await Groups.AddToGroupAsync(Context.ConnectionId, instanceId, Context.ConnectionAborted);
        if (observed.Add(instanceId))
            watch.Add(instanceId);
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        foreach (var instanceId in Observed())
            watch.Remove(instanceId);
        return Task.CompletedTask;
    }

    private HashSet<string> Observed() => (HashSet<string>)(Context.Items["observed"] ??= new HashSet<string>(StringComparer.Ordinal));
}

/// <summary>Tells observers of runs that have moved, whichever process carries them: what is stored is looked at, but only while somebody observes.</summary>
internal sealed class InstanceWatch(Installation installation, IHubContext<InstanceHub> hub, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _observed = new(0, 1);

    private sealed class Watched
    {
        public int Observers { get; set; }

        public long Revision { get; set; } = -1;
    }

    public void Add(string instanceId)
    {
        lock (_watched)
        {
            _watched.GetOrAdd(instanceId, _ => new Watched()).Observers++;
            if (_observed.CurrentCount == 0)
                _observed.Release();
        }
    }

    public void Remove(string instanceId)
    {
        lock (_watched)
        {
            if (_watched.TryGetValue(instanceId, out var watched) && --watched.Observers <= 0)
                _watched.TryRemove(instanceId, out _);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _observed.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (_watched.IsEmpty)
                await _observed.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Nobody looks: not even a timer.
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                break;
            foreach (var (id, (revision, _)) in await installation.Instances.RevisionsAsync([.. _watched.Keys], stoppingToken))
            {
                if (_watched.TryGetValue(id, out var watched) && watched.Revision != revision)
                {
                    watched.Revision = revision;
                    await TellAsync(id, stoppingToken);
                }
            }
        }
    }

    private async Task TellAsync(string id, CancellationToken cancellationToken)
    {
        var group = hub.Clients.Group(id);
        var records = await installation.Log.RecordsAsync(id, cancellationToken);
        await group.SendAsync("WorkflowExecutionLogUpdatedAsync", new { }, cancellationToken);
        await group.SendAsync("ActivityExecutionLogUpdatedAsync", new { stats = ActivityExecutionModels.StatsOf(records) }, cancellationToken);
        await group.SendAsync("WorkflowInstanceUpdatedAsync", new { workflowInstanceId = id }, cancellationToken);
    }
}
