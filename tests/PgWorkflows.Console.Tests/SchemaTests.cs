using Microsoft.Data.Sqlite;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Users;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed class SchemaTests
{
    [Fact]
    public async Task A_history_from_before_access_control_gets_its_tables_and_keeps_its_rows()
    {
        var folder = Directory.CreateTempSubdirectory("pgw-schema-tests-").FullName;
        try
        {
            await using (var old = new SqliteConnection($"Data Source={Path.Combine(folder, Database.FileName)};Pooling=false"))
            {
                await old.OpenAsync(TestContext.Current.CancellationToken);
                using var first = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream("PgWorkflows.Persistence.Schema.001-first.sql")!);
                await using var make = old.CreateCommand();
                make.CommandText = await first.ReadToEndAsync(TestContext.Current.CancellationToken)
                    + "; insert into event (resource, message_id, severity, text, timestamp) values ('main', 113544, 'Error', 'kept', 0); pragma user_version = 1";
                await make.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            var database = Database.Open(folder);

            Assert.Empty(await new UserStore(database, TimeProvider.System).AllAsync(TestContext.Current.CancellationToken));
            Assert.Equal("kept", Assert.Single(await new Persistence.Runs.History(database).EventsAsync(null, null, 10, TestContext.Current.CancellationToken)).Text);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }
}
