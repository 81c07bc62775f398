using System.Text.Json;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Persistence.Runs;

/// <summary>Writes the journal entries and activity records of a step: by far the most rows, so each statement is prepared once and run many times.</summary>
internal static class StepWriter
{
    public static void Write(SqliteConnection connection, SqliteTransaction transaction, string instanceId, Unsaved unsaved)
    {
        if (unsaved.Journal.Count > 0)
            WriteJournal(connection, transaction, instanceId, unsaved.Journal);
        if (unsaved.Records.Count > 0)
            WriteRecords(connection, transaction, instanceId, unsaved.Records);
    }

    private static void WriteJournal(SqliteConnection connection, SqliteTransaction transaction, string instanceId, IReadOnlyList<JournalEntry> journal)
    {
        using var insert = new Statement(connection, transaction,
            """
            insert into journal (instance_id, sequence, number, parent_number, node_id, activity_id, activity_type, type_version, activity_name,
                timestamp, event_name, message)
            values ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """, 12);
        foreach (var entry in journal)
        {
            insert.Run(instanceId, entry.Sequence, entry.Number, entry.ParentNumber, entry.Node.NodeId, entry.Node.Id, entry.Node.Type,
                entry.Node.Version, entry.Node.Name, entry.Timestamp.ToMicroseconds(), entry.EventName, entry.Message);
        }
    }

    private static void WriteRecords(SqliteConnection connection, SqliteTransaction transaction, string instanceId, IReadOnlyList<ActivityContext> records)
    {
        using var insert = new Statement(connection, transaction,
            """
            insert into activity_record (instance_id, number, parent_number, scheduled_by, node_id, activity_id, activity_type, type_version, activity_name,
                label, is_container, has_effect, status, started_at, completed_at, inputs, outputs, outcomes, sentence, exception, fault_count)
            values ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
            on conflict (instance_id, number) do update set status = excluded.status, completed_at = excluded.completed_at, inputs = excluded.inputs,
                outputs = excluded.outputs, outcomes = excluded.outcomes, sentence = excluded.sentence, exception = excluded.exception,
                fault_count = excluded.fault_count
            """, 21);
        foreach (var record in records)
        {
            insert.Run(instanceId, record.Number, record.Parent, record.ScheduledBy, record.Node.NodeId, record.Node.Id, record.Node.Type,
                record.Node.Version, record.Node.Name, record.Node.Label, record.Node.IsContainer ? 1 : 0, record.Node.Descriptor is { HasEffect: true } ? 1 : 0, record.Status.ToString(),
                record.StartedAt.ToMicroseconds(), record.CompletedAt.ToMicroseconds(), Json(record.Inputs), Json(record.Outputs),
                record.Outcomes is null ? null : JsonSerializer.Serialize(record.Outcomes), record.Sentence,
                record.Exception is null ? null : JsonSerializer.Serialize(record.Exception), record.FaultCount);
        }
    }

    private static string? Json(IReadOnlyDictionary<string, object?> values) =>
        values.Count == 0 ? null : JsonSerializer.Serialize(values, ValueConverter.Json);

    /// <summary>A statement with numbered parameters.</summary>
    private sealed class Statement : IDisposable
    {
        private readonly SqliteCommand _command;

        public Statement(SqliteConnection connection, SqliteTransaction transaction, string sql, int parameters)
        {
            _command = connection.CreateCommand();
            _command.Transaction = transaction;
#pragma warning disable CA2100 // The statements are the constants above.
            _command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 0; i < parameters; i++)
                _command.Parameters.Add(new SqliteParameter("$" + i, null));
        }

        public void Run(params ReadOnlySpan<object?> values)
        {
            for (var i = 0; i < values.Length; i++)
                _command.Parameters[i].Value = values[i] ?? DBNull.Value;
            _command.ExecuteNonQuery();
        }

        public void Dispose() => _command.Dispose();
    }
}
