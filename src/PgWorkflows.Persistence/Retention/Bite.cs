using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence.Retention;

/// <summary>
/// How much is taken at once: as much as keeps the write lock for some milliseconds, because checks and actions wait for it meanwhile.
/// It is learned from what the last bites took, so that a slow disk gets small ones.
/// </summary>
internal sealed class Bite(TimeProvider time)
{
    /// <summary>At most so many at once, however fast the disk is.</summary>
    public const int Largest = 200;

    private const int Smallest = 5;
    private static readonly TimeSpan Wanted = TimeSpan.FromMilliseconds(10);

    /// <summary>How many to take next.</summary>
    public int Size { get; private set; } = 25;

    /// <summary>The longest time that a bite has held the write lock so far.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Takes one bite and learns from it; how long it had to wait for others does not count.</summary>
    public async Task<int> TakeAsync(SqliteConnection connection, Func<SqliteTransaction, Task<int>> bite)
    {
        await using var transaction = connection.BeginTransaction();
        var began = time.GetTimestamp();
        var taken = await bite(transaction);
        transaction.Commit();
        var took = time.GetElapsedTime(began);
        Longest = took > Longest ? took : Longest;
        Size = Math.Clamp(took > Wanted ? Size / 2 : took < Wanted / 2 ? Size * 3 / 2 : Size, Smallest, Largest);
        return taken;
    }
}
