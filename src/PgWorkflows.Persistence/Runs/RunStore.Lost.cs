using System.Collections.Concurrent;
using Dapper;
using PgWorkflows.Engine.Instances;

namespace PgWorkflows.Persistence.Runs;

// Runs that had to stop because a step could not be stored: what they had done is kept in memory until it can be.
public sealed partial class RunStore
{
    private readonly ConcurrentDictionary<string, Run> _lost = new(StringComparer.Ordinal);

    /// <summary>Runs wait to be recorded.</summary>
    public bool HasLost => !_lost.IsEmpty;

    /// <summary>Keeps a run that stopped because it could not be stored.</summary>
    public void KeepLost(Run run) => _lost[run.Instance.Id] = run;

    /// <summary>
    /// Stores what lost runs had done: one that had come to its end has its true end, any other is closed as interrupted. No step of theirs is in doubt,
    /// because an effect is not begun before its intent is stored.
    /// </summary>
    /// <returns>The runs that were closed or completed, each with a note.</returns>
    public async Task<IReadOnlyList<ClosedRun>> RecordLostAsync(CancellationToken cancellationToken)
    {
        var recorded = new List<ClosedRun>();
        foreach (var run in _lost.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await RecordLostAsync(run) is { } facts)
                recorded.Add(facts);
            _lost.TryRemove(run.Instance.Id, out _);
        }

        return recorded;
    }

    private async Task<ClosedRun?> RecordLostAsync(Run run)
    {
        if (await TrySaveAsync(run) is { } saved)
        {
            return saved.Instance.Status == WorkflowStatus.Finished
                ? new(run.Instance.Id, run.Resource, null, "Its end was recorded late, because the history could not be written.")
                : await CloseLostAsync(saved.Instance.Id);
        }

        await using (var connection = database.Connect())
        {
            var revision = await connection.ExecuteScalarAsync<long?>("select revision from workflow_instance where id = @Id and status = 'Running'", new { run.Instance.Id });
            if (revision != run.Revision)
                return null; // It has ended, or was woken from what was stored and goes on.
        }

        await CloseFromOutsideAsync(run); // Somebody has asked it to end.
        return new(run.Instance.Id, run.Resource, null, "It was asked to end while the history could not be written.");
    }

    private async Task<ClosedRun?> CloseLostAsync(string id)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        await connection.ExecuteAsync("update activity_record set status = 'Canceled', completed_at = @Now where instance_id = @id and status = 'Running'", new { id, Now }, transaction);
        var closed = await Closing.CloseAsync(connection, transaction, id, RunResults.Interrupted, "Interrupted: the history could not be written.", instance: null, Now, outbox);
        transaction.Commit();
        return closed;
    }
}
