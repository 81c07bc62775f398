using System.Data;
using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence;

/// <summary>A connection to the history that tells its health of every statement that the disk has refused, commits included.</summary>
internal sealed class HistoryConnection(string connectionString, HistoryHealth health) : SqliteConnection(connectionString)
{
    public override SqliteCommand CreateCommand() => new Watched(health) { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };

    public override void Open()
    {
        try
        {
            base.Open();
        }
        catch (SqliteException e)
        {
            health.Failed(e);
            throw;
        }
    }

    private sealed class Watched(HistoryHealth health) : SqliteCommand
    {
        public override int ExecuteNonQuery() => Watch(base.ExecuteNonQuery);

        public override object? ExecuteScalar() => Watch(base.ExecuteScalar);

        public override SqliteDataReader ExecuteReader(CommandBehavior behavior) => Watch(() => base.ExecuteReader(behavior));

        private T Watch<T>(Func<T> execute)
        {
            try
            {
                return execute();
            }
            catch (SqliteException e)
            {
                health.Failed(e);
                throw;
            }
        }
    }
}
