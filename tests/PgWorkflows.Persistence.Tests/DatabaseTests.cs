using Dapper;
using PgWorkflows.Persistence.Leases;
using Xunit;

namespace PgWorkflows.Persistence.Tests;

public sealed class DatabaseTests
{
    [Fact]
    public async Task A_history_of_a_newer_version_is_left_alone()
    {
        using var stored = await Stored.CreateAsync();
        using (var connection = stored.Database.Connect())
            await connection.ExecuteAsync("pragma user_version = 4711");

        var refusal = Assert.Throws<HistoryException>(() => Database.Open(stored.Folder));

        Assert.Contains("newer version (schema 4711", refusal.Message);
    }

    [Fact]
    public async Task Many_open_a_new_history_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("pgw-persistence-tests-").FullName;
        try
        {
            var opened = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Database.Open(Path.Combine(folder, "data")))));

            Assert.All(opened, database => Assert.Null(database.CheckIntegrity()));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_new_folder_is_its_owners_alone()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"pgw-persistence-{Guid.NewGuid():N}");
        try
        {
            Database.Open(folder);

            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_process_is_gone_only_when_that_can_be_seen()
    {
        var self = ProcessIdentity.Current;

        Assert.False(self.IsGone());
        Assert.True((self with { Started = self.Started - 1 }).IsGone()); // The number belongs to another process now.
        Assert.True((self with { ProcessId = int.MaxValue }).IsGone());
        Assert.False((self with { Host = "elsewhere", ProcessId = int.MaxValue }).IsGone());
        if (OperatingSystem.IsLinux())
        {
            var (boot, space) = (self.Boot.Split('/')[0], self.Boot.Split('/')[1]);
            Assert.True((self with { Boot = $"another-boot/{space}" }).IsGone());
            Assert.False((self with { Boot = $"{boot}/pid:[1]", ProcessId = int.MaxValue }).IsGone()); // A container whose processes cannot be seen.
        }
    }
}
