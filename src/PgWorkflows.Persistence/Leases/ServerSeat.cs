using Dapper;
using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence.Leases;

/// <summary>One server per history: two would both run its timers.</summary>
public static class ServerSeat
{
    /// <summary>Takes the seat for this process. A holder whose process is gone has left it.</summary>
    /// <exception cref="HistoryException">Another server lives on this history, or it cannot be written.</exception>
    public static void Take(Database database, TimeProvider time)
    {
        try
        {
            Sit(database, time);
        }
        catch (SqliteException e) when (!database.Health.IsWritable)
        {
            throw new HistoryException(database.File, e);
        }
    }

    private static void Sit(Database database, TimeProvider time)
    {
        var self = ProcessIdentity.Current;
        using var connection = database.ConnectDurably();
        using var transaction = connection.BeginTransaction();
        var row = connection.QueryFirstOrDefault<Row>(
            "select owner_host as Host, owner_boot as Boot, owner_pid as ProcessId, owner_started as Started from server", transaction: transaction);
        if (row is not null && new ProcessIdentity(row.Host, row.Boot, row.ProcessId, row.Started) is var holder && holder != self && !holder.IsGone())
            throw new HistoryException(database.File, $"{holder} serves it", "Stop that server first, or give this one a folder of its own with --data");
        connection.Execute(
            """
            insert into server (id, owner_host, owner_boot, owner_pid, owner_started, started_at) values (1, @Host, @Boot, @ProcessId, @Started, @now)
            on conflict (id) do update set owner_host = excluded.owner_host, owner_boot = excluded.owner_boot, owner_pid = excluded.owner_pid,
                owner_started = excluded.owner_started, started_at = excluded.started_at
            """, new { self.Host, self.Boot, self.ProcessId, self.Started, now = time.GetUtcNow().ToMicroseconds() }, transaction);
        transaction.Commit();
    }

    private sealed record Row(string Host, string Boot, long ProcessId, long Started);
}
