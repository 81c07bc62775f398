using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Persistence.Runs;

/// <summary>Ends a run that its own steps will not end: what it was doing stays in doubt, and nothing is repeated.</summary>
internal static class Closing
{
    private const int Interrupted = 114011;

    /// <returns>What was closed; null when the run had ended meanwhile.</returns>
    public static async Task<ClosedRun?> CloseAsync(
        SqliteConnection connection, SqliteTransaction transaction, string id, string result, string note, WorkflowInstance? instance, long now, Outbox? outbox)
    {
        var row = await connection.QueryFirstOrDefaultAsync<(string? Resource, string? Action, string? Doubt, string? Done)>(
            """
            select resource, action,
                (select label from activity_record where instance_id = @id and has_effect = 1 and status = 'Running' order by number desc limit 1),
                (select group_concat(label || ' ' || coalesce(outcomes, ''), ', ') from activity_record where instance_id = @id and has_effect = 1 and status = 'Completed')
            from workflow_instance where id = @id and status = 'Running'
            """, new { id }, transaction);
        var isRunning = await connection.ExecuteScalarAsync<long>("select count(*) from workflow_instance where id = @id and status = 'Running'", new { id }, transaction);
        if (isRunning == 0)
            return null;

        if (result == RunResults.Interrupted)
        {
            if (row.Done is not null)
                note += $" Done before: {row.Done}.";
            if (row.Doubt is not null)
                note += $" Whether '{row.Doubt}' took effect is not known; it is not repeated.";
            else if (row.Action is "restore" or "remove" or "recover")
                note += " No start or stop was under way.";
        }

        // What the run had done and not stored yet belongs to its history too.
        if (instance is not null)
            StepWriter.Write(connection, transaction, id, instance.Unsaved());
        await connection.ExecuteAsync(
            """
            update activity_record set status = 'Canceled', completed_at = @now where instance_id = @id and status = 'Running';
            insert into journal (instance_id, sequence, number, parent_number, node_id, activity_id, activity_type, type_version, timestamp, event_name, message)
            select @id, coalesce(max(sequence), -1) + 1, 1, 0, 'Workflow', 'Workflow', 'Elsa.Workflow', 1, @now, 'Workflow cancelled', @note from journal where instance_id = @id;
            update workflow_instance
            set status = 'Finished', sub_status = 'Cancelled', finished_at = @now, updated_at = @now, result = @result,
                return_value = case when @result = 'Skipped' then 0 end, closing_note = @note, revision = revision + 1
            where id = @id;
            """, new { id, now, note, result }, transaction);
        await BookmarkWriter.DeleteAsync(connection, transaction, id);
        await LeaseTable.ReleaseAsync(connection, transaction, id);

        // actions.md, decision 13: an action that was interrupted leaves OSF and says why.
        if (result == RunResults.Interrupted && row.Resource is not null && row.Action is "restore" or "remove" or "recover")
        {
            await ResourceStateTable.SetAsync(connection, transaction, row.Resource, ResourceState.OSF, note, $"run {id}", id, now);
            await TellAsync(connection, transaction, id, row.Resource, row.Action, note, now, outbox);
        }

        return new(id, row.Resource, row.Action, note);
    }

    /// <summary>A BEGIN without an END would leave whoever reads the log in the dark.</summary>
    private static async Task TellAsync(
        SqliteConnection connection, SqliteTransaction transaction, string id, string resource, string action, string note, long now, Outbox? outbox)
    {
        var message = EventCatalogue.Find(Interrupted)!;
        var text = EventText.Render(message, name => name switch { "resource" => resource, "action" => action, "node" => Environment.MachineName, _ => note });
        var number = await connection.ExecuteScalarAsync<long>(
            """
            insert into event (instance_id, resource, message_id, severity, text, timestamp) values (@id, @resource, @Id, @severity, @text, @now)
            returning id
            """, new { id, resource, message.Id, severity = message.Severity.ToString(), text, now }, transaction);
        if (outbox is not null)
            await outbox.PostAsync(connection, transaction, number, now);
    }
}
