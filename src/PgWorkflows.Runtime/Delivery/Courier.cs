using System.Data.Common;
using System.Threading.Channels;
using PgWorkflows.Persistence.Events;

namespace PgWorkflows.Runtime.Delivery;

/// <summary>
/// Brings stored events to the channels, each channel on its own and in order. A channel that does not work is tried again later and later; a run never
/// waits for one and never fails by one.
/// </summary>
public sealed class Courier
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(3);

    /// <summary>Other processes store events too, and cannot wake us.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly Channel<bool> _filled = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Outbox _outbox;
    private readonly TimeProvider _time;

    /// <summary>A courier for these channels.</summary>
    public Courier(Outbox outbox, IReadOnlyList<IEventChannel> channels, TimeProvider time)
    {
        (_outbox, Channels, _time) = (outbox, channels, time);
        outbox.Filled = () => _filled.Writer.TryWrite(true);
    }

    /// <summary>Where events go.</summary>
    public IReadOnlyList<IEventChannel> Channels { get; }

    /// <summary>Called when the history could not be read or written, for the log; deliveries go on later.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>Delivers what is due and comes back.</summary>
    public async Task DeliverDueAsync(CancellationToken cancellationToken)
    {
        if (Channels.Count == 0)
            return;
        await _outbox.ExpireAsync(MaxAge, cancellationToken);
        await Task.WhenAll(Channels.Select(channel => DeliverAsync(channel, cancellationToken)));
        await _outbox.NoteAsync(cancellationToken);
    }

    /// <summary>The last delivery of a process that ends: it takes no longer than this, and what is left waits in the history for the next process.</summary>
    public async Task DeliverBeforeExitAsync(TimeSpan limit)
    {
        using var enough = new CancellationTokenSource(limit, _time);
        try
        {
            await DeliverDueAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            // The rest is delivered by whoever comes next.
        }
        catch (DbException e)
        {
            Failed?.Invoke(e);
        }
    }

    /// <summary>Delivers until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (Channels.Count > 0)
        {
            var pause = Look;
            try
            {
                await DeliverDueAsync(cancellationToken);
                if (await _outbox.NextDueAsync(Channels.Select(channel => channel.Name), cancellationToken) is { } due && due - _time.GetUtcNow() < Look)
                    pause = due - _time.GetUtcNow();
            }
            catch (DbException e)
            {
                Failed?.Invoke(e);
            }

            await WaitAsync(pause, cancellationToken);
        }
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var filled = _filled.Reader.WaitToReadAsync(either.Token).AsTask();
        await Task.WhenAny(filled, Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, _time, either.Token));
        await either.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _filled.Reader.TryRead(out _);
    }

    private async Task DeliverAsync(IEventChannel channel, CancellationToken cancellationToken)
    {
        while (await _outbox.TakeAsync(channel.Name, Hold, cancellationToken) is { } delivery)
        {
            switch (await TryAsync(channel, delivery, cancellationToken))
            {
                case null:
                    await _outbox.DeliveredAsync(delivery);
                    break;
                case EventRefusedException refusal:
                    await _outbox.GiveUpAsync(delivery, refusal.Message);
                    break;
                case var failure:
                    await _outbox.PostponeAsync(delivery, failure.Message, _time.GetUtcNow() + Pause(delivery.Attempt));
                    return;
            }
        }
    }

    /// <returns>What went wrong; null when nothing did.</returns>
    private async Task<Exception?> TryAsync(IEventChannel channel, DueDelivery delivery, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await channel.DeliverAsync(delivery.Event, either.Token);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return new TimeoutException($"no answer within {Limit.TotalSeconds} s");
        }
#pragma warning disable CA1031 // Whatever a channel does, runs and the other channels must not notice.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    /// <summary>1 s, 2 s, 4 s and so on.</summary>
    private static TimeSpan Pause(int attempt) =>
        attempt > 9 ? LongestPause : TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, attempt - 1)));
}
