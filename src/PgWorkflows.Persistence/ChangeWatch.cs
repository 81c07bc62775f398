using Dapper;
using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence;

/// <summary>Sees that the history was written to, by whichever process, without reading any of it.</summary>
public sealed class ChangeWatch(Database database) : IDisposable
{
    private readonly SqliteConnection _connection = database.Connect();

    /// <summary>A number that is another one after every commit of anybody else.</summary>
    public long Version() => _connection.ExecuteScalar<long>("pragma data_version");

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();
}
