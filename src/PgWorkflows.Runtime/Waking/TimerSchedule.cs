using System.Security.Cryptography;
using System.Text;
using PgWorkflows.Engine.Scheduling;
using PgWorkflows.Persistence.Waking;

namespace PgWorkflows.Runtime.Waking;

/// <summary>When each timer of a published workflow is due (elsa-contract 7.3). Missed intervals are not made up for: a timer starts one run, then looks ahead.</summary>
public sealed class TimerSchedule(TimerStore store, TimeProvider time)
{
    /// <summary>A shorter interval is not worth a write for each tick: after a restart it begins anew, at most this much late.</summary>
    private static readonly TimeSpan WorthStoring = TimeSpan.FromMinutes(1);

    /// <summary>Shorter than this and a timer would be a busy loop.</summary>
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<(string DefinitionId, string ActivityId), (IndexedTrigger Trigger, StoredTimer Timer)> _timers = [];
    private Dictionary<(string, string), StoredTimer>? _stored;

    /// <summary>The earliest due moment, or null.</summary>
    public DateTimeOffset? NextDue => _timers.Values.Min(entry => entry.Timer.DueAt);

    /// <summary>Takes over what is published now: new and changed timers are armed, others keep their due times, what is gone is forgotten.</summary>
    public async Task ArmAsync(IEnumerable<IndexedTrigger> triggers, CancellationToken cancellationToken)
    {
        _stored ??= (await store.AllAsync(cancellationToken)).ToDictionary(timer => (timer.DefinitionId, timer.ActivityId));
        var wanted = triggers.ToDictionary(trigger => (trigger.Version.DefinitionId, trigger.Trigger.ActivityId));
        foreach (var (key, timer) in _stored.Where(pair => !wanted.ContainsKey(pair.Key)).ToList())
        {
            await store.RemoveAsync(timer);
            _stored.Remove(key);
        }

        foreach (var key in _timers.Keys.Where(key => !wanted.ContainsKey(key)).ToList())
            _timers.Remove(key);
        foreach (var (key, trigger) in wanted)
        {
            var hash = HashOf(trigger);
            if (_timers.TryGetValue(key, out var known) && known.Timer.Hash == hash)
            {
                _timers[key] = (trigger, known.Timer with { VersionId = trigger.Version.VersionId });
            }
            else if (_stored.TryGetValue(key, out var stored) && stored.Hash == hash)
            {
                _timers[key] = (trigger, stored with { VersionId = trigger.Version.VersionId });
            }
            else
            {
                await SetAsync(trigger, hash, First(trigger));
            }
        }
    }

    /// <summary>The timers that are due; each is armed for its next moment.</summary>
    public async Task<IReadOnlyList<IndexedTrigger>> TakeDueAsync()
    {
        var now = time.GetUtcNow();
        var due = new List<IndexedTrigger>();
        foreach (var (trigger, timer) in _timers.Values.ToList())
        {
            // A clock that was set back must not let a timer wait until it has caught up.
            if (timer.DueAt is { } moment && Interval(trigger) is { } interval && moment > now + interval)
                await SetAsync(trigger, timer.Hash, now + interval);
            if (timer.DueAt is null || timer.DueAt > now)
                continue;
            due.Add(trigger);
            await SetAsync(trigger, timer.Hash, After(trigger, timer.DueAt.Value, now));
        }

        return due;
    }

    private async Task SetAsync(IndexedTrigger trigger, string hash, DateTimeOffset? due)
    {
        var key = (trigger.Version.DefinitionId, trigger.Trigger.ActivityId);
        var timer = new StoredTimer(trigger.Version.DefinitionId, trigger.Trigger.ActivityId, trigger.Version.VersionId, hash, due, time.GetUtcNow());
        _timers[key] = (trigger, timer);
        if (Interval(trigger) is { } interval && interval < WorthStoring && _stored!.TryGetValue(key, out var stored) && stored.Hash == hash)
            return;
        await store.SetAsync(timer);
        _stored![key] = timer;
    }

    private DateTimeOffset? First(IndexedTrigger trigger) => trigger.Trigger.Type switch
    {
        "Elsa.Timer" => time.GetUtcNow() + Interval(trigger),
        "Elsa.StartAt" => trigger.Trigger.Inputs.GetValueOrDefault("DateTime") as DateTimeOffset?,
        _ => NextOfCron(trigger),
    };

    private DateTimeOffset? After(IndexedTrigger trigger, DateTimeOffset due, DateTimeOffset now) => trigger.Trigger.Type switch
    {
        // On the beat of the interval as long as we keep up with it.
        "Elsa.Timer" => Interval(trigger) is { } interval ? (due + interval > now ? due + interval : now + interval) : null,
        "Elsa.StartAt" => null,
        _ => NextOfCron(trigger),
    };

    private DateTimeOffset? NextOfCron(IndexedTrigger trigger)
    {
        try
        {
            return CronExpression.Parse(trigger.Text("CronExpression")).Next(time.GetUtcNow());
        }
        catch (FormatException)
        {
            return null; // Publishing refuses it; an older release may have let it through.
        }
    }

    private static TimeSpan? Interval(IndexedTrigger trigger) =>
        trigger.Trigger.Type == "Elsa.Timer" && trigger.Trigger.Inputs.GetValueOrDefault("Interval") is TimeSpan span ? (span < ShortestInterval ? ShortestInterval : span) : null;

    private static string HashOf(IndexedTrigger trigger) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{trigger.Trigger.Type}\n{trigger.Text("Interval")}\n{trigger.Text("CronExpression")}\n{trigger.Text("DateTime")}")))[..16];
}
