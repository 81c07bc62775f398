using System.Data.Common;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Retention;

namespace PgWorkflows.Runtime.Retention;

/// <summary>Keeps the history from growing for ever: a pass soon after the start, then one every few minutes.</summary>
/// <param name="database">The history.</param>
/// <param name="options">How long what is kept.</param>
/// <param name="time">The clock.</param>
public sealed class HistoryKeeper(Database database, RetentionOptions options, TimeProvider time)
{
    /// <summary>What the start has to do comes first.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    private readonly RetentionPass _pass = new(database, options.Rules, options.ExportTo is null ? null : new(options.ExportTo, time), time);

    /// <summary>Told when a pass has taken something out.</summary>
    public Action<RetentionReport>? Kept { get; init; }

    /// <summary>Told when passes begin to fail; not again before one has succeeded.</summary>
    public Action<Exception>? Failed { get; init; }

    /// <summary>Goes on until it is told to stop; a bite that is under way is finished.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var fails = false;
        await Task.Delay(FirstPause, time, cancellationToken);
        while (true)
        {
            try
            {
                var report = await _pass.RunAsync(cancellationToken);
                fails = false;
                if (!report.IsEmpty)
                    Kept?.Invoke(report);
            }
            catch (Exception e) when (e is DbException or HistoryException or IOException or UnauthorizedAccessException)
            {
                // The disk is full, or the folder of the export is not there: what is due stays due.
                if (!fails)
                    Failed?.Invoke(e);
                fails = true;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
