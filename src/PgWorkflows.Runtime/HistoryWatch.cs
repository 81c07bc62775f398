using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime;

/// <summary>
/// While the history cannot be written, tries again and again with as much as a run needs; when it can, what runs had done meanwhile is recorded and
/// everything goes on by itself. While all is well it only looks at a field.
/// </summary>
public sealed class HistoryWatch(Database database, RunStore runs, TimeProvider time)
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private bool _told;

    /// <summary>Told once when writing begins to fail.</summary>
    public Action<HistoryTrouble>? Failed { get; init; }

    /// <summary>Told once when it works again, with how long it did not.</summary>
    public Action<TimeSpan>? Recovered { get; init; }

    /// <summary>Told of each run that was recorded late.</summary>
    public Action<ClosedRun>? Recorded { get; init; }

    /// <summary>Looks until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var held = database.Hold();
        database.TryWriting(); // A disk that was full before we came is noticed before the first action.
        while (true)
        {
            await TurnAsync(cancellationToken);
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <summary>One look.</summary>
    public async Task TurnAsync(CancellationToken cancellationToken)
    {
        if (database.Health.Trouble is { } trouble)
        {
            if (!_told)
                Failed?.Invoke(trouble);
            _told = true;
            if (!database.TryWriting())
                return;
            _told = false;
            Recovered?.Invoke(time.GetUtcNow() - trouble.Since);
        }

        if (!runs.HasLost)
            return;
        try
        {
            foreach (var recorded in await runs.RecordLostAsync(cancellationToken))
                Recorded?.Invoke(recorded);
        }
        catch (System.Data.Common.DbException) when (!database.Health.IsWritable)
        {
            // Full again; they are still kept.
        }
    }
}
