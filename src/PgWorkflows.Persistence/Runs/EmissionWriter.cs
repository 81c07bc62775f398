using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Values;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Waking;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Persistence.Runs;

/// <summary>Stores the facts of a step in the transaction of that step: events, changes of state, the action's end, what it has set off.</summary>
internal static class EmissionWriter
{
    public static Task WriteAsync(
        SqliteConnection connection, SqliteTransaction transaction, WorkflowInstance instance, IReadOnlyList<Emission> emissions, Outbox? outbox) =>
        WriteAsync(connection, transaction, instance.Id, instance.UpdatedAt.ToMicroseconds(), emissions, outbox);

    public static async Task WriteAsync(
        SqliteConnection connection, SqliteTransaction transaction, string instanceId, long now, IReadOnlyList<Emission> emissions, Outbox? outbox)
    {
        foreach (var emission in emissions)
        {
            switch (emission)
            {
                case EventLogged logged:
                    var number = await connection.ExecuteScalarAsync<long>(
                        """
                        insert into event (instance_id, resource, message_id, severity, text, timestamp)
                        values (@instanceId, @Resource, @Id, @severity, @Text, @now)
                        returning id
                        """, new { instanceId, logged.Resource, logged.Id, severity = logged.Severity.ToString(), logged.Text, now }, transaction);
                    if (outbox is not null)
                        await outbox.PostAsync(connection, transaction, number, now);
                    break;
                case ResourceStateChanged changed:
                    await ResourceStateTable.SetAsync(connection, transaction, changed.Resource, changed.State, changed.Reason, $"run {instanceId}", instanceId, now);
                    break;
                case ActionEnded ended:
                    await EndAsync(connection, transaction, instanceId, ended, now);
                    break;
                case WorkflowDispatched dispatched:
                    await connection.ExecuteAsync(
                        """
                        insert into pending_start (instance_id, definition_id, input, correlation_id, parent_id, created_at)
                        values (@ChildInstanceId, @DefinitionId, @input, @CorrelationId, @ParentInstanceId, @now)
                        on conflict (instance_id) do nothing
                        """,
                        new
                        {
                            dispatched.ChildInstanceId,
                            dispatched.DefinitionId,
                            input = JsonSerializer.Serialize(dispatched.Input, ValueConverter.Json),
                            dispatched.CorrelationId,
                            dispatched.ParentInstanceId,
                            now,
                        }, transaction);
                    break;
                case EventPublished published:
                    await PendingEventTable.AddAsync(connection, transaction, published, now);
                    break;
            }
        }
    }

    /// <summary>A check of our own that failed is an event too: what protects the resource waits for it. Of another home's checks the decision knows too little.</summary>
    private static async Task EndAsync(SqliteConnection connection, SqliteTransaction transaction, string instanceId, ActionEnded ended, long now)
    {
        await connection.ExecuteAsync(
            """
            update workflow_instance set result = @result, return_value = @ReturnValue where id = @instanceId;
            update hosted_run set result = @result, return_value = @ReturnValue where id = @instanceId;
            """, new { instanceId, result = ended.Result.ToString(), ended.ReturnValue }, transaction);
        if (ended.Result != ActionResult.Failed)
            return;
        var action = await connection.ExecuteScalarAsync<string?>(
            "select action from workflow_instance where id = @instanceId", new { instanceId }, transaction);
        if (action is "quickCheck" or "deepCheck")
            await PendingEventTable.AddAsync(connection, transaction, ProtectionEvents.CheckFailed(ended.Resource, action, instanceId), now);
    }
}
