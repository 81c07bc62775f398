using System.Collections.Concurrent;
using PgWorkflows.Persistence.Hosted;

namespace PgWorkflows.Elsa.Runs;

/// <summary>A workflow instance while this process executes it, and the reason to stop when there is one.</summary>
public sealed class Burst : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _over = new();
    private Task _watch = Task.CompletedTask;

    /// <summary>Cancelled when the run is to end before its next step.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Looks now and then whether somebody has asked the run to end: an action ends checks, an operator cancels.</summary>
    public void Watch(HostedRuns runs, string id) => _watch = WatchAsync(runs, id, _over.Token);

    /// <summary>Asks the run to end.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    /// <summary>Stops looking.</summary>
    public async Task EndAsync()
    {
        await _over.CancelAsync();
        await _watch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _over.Dispose();
    }

    private async Task WatchAsync(HostedRuns runs, string id, CancellationToken over)
    {
        try
        {
            while (await runs.CancelReasonAsync(id, over) is null)
                await Task.Delay(LookInterval, TimeProvider.System, over); // Other processes live in real time.
            await _stop.CancelAsync();
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The burst is over; nobody needs to watch it any more.
        }
    }
}

/// <summary>The bursts of this process, and the instances that are being cancelled.</summary>
public sealed class Bursts
{
    private readonly ConcurrentDictionary<string, Burst> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _cancelling = new(StringComparer.Ordinal);

    /// <summary>The burst of an instance, or null.</summary>
    public Burst? Find(string id) => _running.GetValueOrDefault(id);

    /// <summary>Notes a burst; null when this process executes the instance already.</summary>
    public Burst? TryAdd(string id)
    {
        var burst = new Burst();
        if (_running.TryAdd(id, burst))
            return burst;
        burst.Dispose();
        return null;
    }

    /// <summary>Forgets a burst that is over.</summary>
    public void Remove(string id)
    {
        if (_running.TryRemove(id, out var burst))
            burst.Dispose();
    }

    /// <summary>Elsa cancels an instance: its pipeline is used for that too.</summary>
    public void BeginCancelling(string id) => _cancelling[id] = 0;

    /// <summary>Elsa has cancelled it.</summary>
    public void EndCancelling(string id) => _cancelling.TryRemove(id, out _);

    /// <summary>Elsa is cancelling it.</summary>
    public bool IsCancelling(string id) => _cancelling.ContainsKey(id);
}
