using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence;

/// <summary>
/// Whether the history can be written, as its last writes have shown. While it cannot, nothing is begun: what is done without a record is done in the dark.
/// It is in memory only, since that is the one place where it can be noted then.
/// </summary>
public sealed class HistoryHealth
{
    private readonly string _file;
    private readonly TimeProvider _time;
    private volatile HistoryTrouble? _trouble;

    internal HistoryHealth(string file, TimeProvider time) => (_file, _time) = (file, time);

    /// <summary>What keeps the history from being written, or null.</summary>
    public HistoryTrouble? Trouble => _trouble;

    /// <summary>The history can be written, for all that is known.</summary>
    public bool IsWritable => _trouble is null;

    /// <summary>Refuses to begin anything while the history cannot be written.</summary>
    /// <exception cref="HistoryException">It cannot; the message says since when, why and what to do.</exception>
    public void RequireWritable()
    {
        if (_trouble is { } trouble)
            throw new HistoryException(_file, $"it cannot be written since {trouble.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC ({trouble.Message.TrimEnd('.')})", trouble.Cure + ". Nothing was begun");
    }

    /// <summary>A failure that follows from this trouble and need not be told again.</summary>
    public bool Explains(Exception failure) => _trouble is not null && failure is HistoryException or SqliteException;

    /// <summary>Learns of a statement that failed. Only the first failure of a trouble is kept: it tells since when and why.</summary>
    internal void Failed(SqliteException failure)
    {
        if (HistoryTrouble.KindOf(failure) is { } kind)
            Interlocked.CompareExchange(ref _trouble, new(kind, _time.GetUtcNow(), failure.Message), null);
    }

    /// <summary>Learns that as much as a run needs could be written.</summary>
    internal void Succeeded() => _trouble = null;
}

/// <summary>What keeps the history from being written.</summary>
/// <param name="Kind">Which kind of trouble.</param>
/// <param name="Since">When the first write failed.</param>
/// <param name="Message">What SQLite said.</param>
public sealed record HistoryTrouble(HistoryTroubleKind Kind, DateTimeOffset Since, string Message)
{
    /// <summary>What to do about it.</summary>
    public string Cure => Kind switch
    {
        HistoryTroubleKind.Full => "Make space on the disk of the data folder",
        HistoryTroubleKind.ReadOnly => "Mend the rights of the data folder, or mount its disk for writing",
        HistoryTroubleKind.Failing => "Look at the system's log: the disk of the data folder, or a limit on the size of files, refuses writes",
        _ => throw new System.Diagnostics.UnreachableException($"Unexpected {Kind}"),
    };

    /// <summary>The kind of trouble that a failure shows; null when it is none of the disk's.</summary>
    internal static HistoryTroubleKind? KindOf(SqliteException failure) => failure.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_FULL => HistoryTroubleKind.Full,
        SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_PERM => HistoryTroubleKind.ReadOnly,
        SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_CANTOPEN => HistoryTroubleKind.Failing,
        _ => null,
    };
}

/// <summary>Why the history cannot be written.</summary>
public enum HistoryTroubleKind
{
    /// <summary>The disk is full.</summary>
    Full,

    /// <summary>The file, its folder or its disk is read-only.</summary>
    ReadOnly,

    /// <summary>Writing fails.</summary>
    Failing,
}
