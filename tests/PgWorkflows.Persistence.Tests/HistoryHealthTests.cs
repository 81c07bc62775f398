using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Persistence.Tests;

public sealed class HistoryHealthTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_is_known_from_the_first_write_that_fails_and_forgotten_when_writing_works()
    {
        await using var disk = await SmallDisk.MountAsync(8);
        var time = new FakeTime();
        var database = Database.Open(disk.Folder, time);
        Assert.True(database.TryWriting());
        var held = database.Hold();
        disk.Fill();
        SqliteConnection.ClearAllPools();
        Assert.True(database.Health.IsWritable); // Nobody has tried.

        Assert.Throws<SqliteException>(() => Write(database));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(database.TryWriting());

        Assert.Equal((HistoryTroubleKind.Full, time.GetUtcNow() - TimeSpan.FromMinutes(5)), (database.Health.Trouble!.Kind, database.Health.Trouble.Since));
        Assert.Throws<HistoryException>(database.Health.RequireWritable);
        using (var connection = database.Connect())
            Assert.Equal(0, connection.ExecuteScalar<long>("select count(*) from event")); // Reading goes on, and nothing is half written.
        disk.Free();
        Assert.True(database.TryWriting());
        Assert.True(database.Health.IsWritable);
        held.Dispose();
        Assert.Null(database.CheckIntegrity());
        SqliteConnection.ClearAllPools();
    }

    [Fact]
    public async Task A_history_that_has_become_read_only_is_read_and_goes_on_when_it_is_writable()
    {
        await using var disk = await SmallDisk.MountAsync(8);
        var first = Database.Open(disk.Folder);
        Write(first);
        using var held = first.Connect(); // As the server that was there before the disk became read-only.
        var view = await disk.ReadOnlyViewAsync();
        var database = Database.Open(view);

        Assert.False(database.TryWriting());
        Assert.Equal(HistoryTroubleKind.ReadOnly, database.Health.Trouble?.Kind);
        using (var connection = database.Connect())
            Assert.Equal(2000, connection.ExecuteScalar<long>("select count(*) from event"));
        await SmallDisk.MakeWritableAsync(view);
        Assert.True(database.TryWriting() || database.TryWriting());

        Write(database);
        Assert.Null(database.CheckIntegrity());
        SqliteConnection.ClearAllPools();
    }

    [Fact]
    public async Task Nothing_is_corrupted_however_often_the_disk_is_full_and_what_was_committed_is_there()
    {
        await using var disk = await SmallDisk.MountAsync(96);
        var database = Database.Open(disk.Folder);
        using var held = database.Hold();
        var committed = 0;
        for (var round = 0; round < 8; round++)
        {
            disk.Fill();
            await WritersAsync(() => !TryWrite()); // What is left in the files is used up first.
            disk.Free();
            await WritersAsync(TryWrite);
        }

        Assert.True(database.TryWriting());
        Assert.Null(database.CheckIntegrity());
        using (var connection = database.Connect())
        {
            // Each write is 200 rows of one text, or none.
            var written = connection.Query<long>("select count(*) from event group by text").ToList();
            Assert.All(written, rows => Assert.Equal(200, rows));
            Assert.Equal(committed, written.Count);
        }

        SqliteConnection.ClearAllPools();

        bool TryWrite()
        {
            try
            {
                Write(database, 200);
                Interlocked.Increment(ref committed);
                return true;
            }
            catch (SqliteException e) when (HistoryTrouble.KindOf(e) == HistoryTroubleKind.Full)
            {
                return false;
            }
        }

        // Four at once, each until what it waits for has happened.
        static Task WritersAsync(Func<bool> until) => Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Assert.Contains(Enumerable.Range(0, 1000), _ => until()), Token)));
    }

    /// <summary>Events in one transaction, some 150 bytes each.</summary>
    private static void Write(Database database, int rows = 2000)
    {
        using var connection = database.ConnectDurably();
        connection.Execute(
            """
            with recursive n(i) as (select 1 union all select i + 1 from n where i < @rows)
            insert into event (resource, message_id, severity, text, timestamp) select 'main', 113544, 'Error', @text, 0 from n
            """, new { rows, text = $"{Guid.NewGuid()} the quick brown fox jumps over the lazy dog and back again, and so do the others" });
    }
}
