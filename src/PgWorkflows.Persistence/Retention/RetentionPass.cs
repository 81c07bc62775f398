using Dapper;
using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence.Retention;

/// <summary>
/// Goes through the history once and takes out what is due, bite by bite with pauses between, so that checks and actions find the database free.
/// It can be stopped anywhere: each bite is a transaction, and what it leaves is due the next time.
/// </summary>
/// <param name="database">The history.</param>
/// <param name="rules">How long what is kept.</param>
/// <param name="export">Where it is written before; null when it is not wanted.</param>
/// <param name="time">The clock.</param>
public sealed class RetentionPass(Database database, RetentionRules rules, HistoryExport? export, TimeProvider time)
{
    /// <summary>The rest for others after each bite: several times what the bite has taken.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How many runs are looked at in one reading.</summary>
    private const int Page = 500;

    private readonly Bite _bite = new(time);

    /// <summary>The longest time that a bite has held the write lock so far.</summary>
    public TimeSpan LongestBite => _bite.Longest;

    /// <summary>Takes out what is due now.</summary>
    public async Task<RetentionReport> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var checks = await ChecksAsync(connection, cancellationToken);
        var runs = await RunsAsync(connection, cancellationToken);
        var records = 0;
        foreach (var table in RecordRetention.All)
            records += await RecordsAsync(connection, table, cancellationToken);
        var definitions = await DefinitionsAsync(connection, cancellationToken);
        await connection.ExecuteAsync("delete from maintenance where expires_at <= @now", new { now = Before(TimeSpan.Zero) });
        return new(checks, runs, records, definitions);
    }

    private async Task<int> ChecksAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var done = 0;
        while (await RunRetention.DueChecksAsync(connection, Before(rules.GreenChecks), _bite.Size, cancellationToken) is { Count: > 0 } due)
        {
            await (export?.RunsAsync(connection, due) ?? Task.CompletedTask);
            var taken = await _bite.TakeAsync(connection, transaction => RunRetention.RollUpAsync(connection, transaction, due));
            if (taken == 0)
                break; // Somebody else was quicker, or holds them now.
            done += taken;
            await Task.Delay(Pause, time, cancellationToken);
        }

        return done;
    }

    private async Task<int> RunsAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var (before, importantBefore, done) = (Before(rules.Runs), Before(rules.ImportantRuns), 0);
        RunDue? last = null;
        while (await RunRetention.NextAsync(connection, last, Before(rules.GreenChecks), before, importantBefore, Page, cancellationToken) is { Count: > 0 } page)
        {
            last = page[^1];
            var due = page.Where(run => run.IsDue).Select(run => run.Id).ToList();
            for (var at = 0; at < due.Count;)
            {
                var ids = due.GetRange(at, Math.Min(_bite.Size, due.Count - at));
                at += ids.Count;
                await (export?.RunsAsync(connection, ids) ?? Task.CompletedTask);
                done += await _bite.TakeAsync(connection, transaction => RunRetention.DeleteAsync(connection, transaction, ids));
                await Task.Delay(Pause, time, cancellationToken);
            }
        }

        return done;
    }

    private async Task<int> RecordsAsync(SqliteConnection connection, RecordRetention table, CancellationToken cancellationToken)
    {
        var done = 0;
        while (await table.DueAsync(connection, Before(rules.Records), _bite.Size, cancellationToken) is { Count: > 0 } keys)
        {
            await (export?.RowsAsync(connection, table.Table, table.Key, keys) ?? Task.CompletedTask);
            done += await _bite.TakeAsync(connection, transaction => table.DeleteAsync(connection, transaction, keys));
            await Task.Delay(Pause, time, cancellationToken);
        }

        return done;
    }

    private async Task<int> DefinitionsAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var version in await TombstoneRetention.DueAsync(connection, cancellationToken))
        {
            await (export?.RowsAsync(connection, "workflow_definition", "version_id", [version]) ?? Task.CompletedTask);
            done += await TombstoneRetention.DeleteAsync(connection, version);
        }

        return done;
    }

    private long Before(TimeSpan kept) => (time.GetUtcNow() - kept).ToMicroseconds();
}
