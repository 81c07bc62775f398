using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Persistence.Runs;

/// <summary>Stores the facts of a step in the transaction of that step: events, changes of state, the action's end.</summary>
internal static class EmissionWriter
{
    public static async Task WriteAsync(
        SqliteConnection connection, SqliteTransaction transaction, WorkflowInstance instance, IReadOnlyList<Emission> emissions, Outbox? outbox)
    {
        var now = instance.UpdatedAt.ToMicroseconds();
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
                        """, new { instanceId = instance.Id, logged.Resource, logged.Id, severity = logged.Severity.ToString(), logged.Text, now }, transaction);
                    if (outbox is not null)
                        await outbox.PostAsync(connection, transaction, number, now);
                    break;
                case ResourceStateChanged changed:
                    await ResourceStateTable.SetAsync(connection, transaction, changed.Resource, changed.State, changed.Reason, $"run {instance.Id}", instance.Id, now);
                    break;
                case ActionEnded ended:
                    await connection.ExecuteAsync(
                        "update workflow_instance set result = @result, return_value = @ReturnValue where id = @Id",
                        new { instance.Id, result = ended.Result.ToString(), ended.ReturnValue }, transaction);
                    break;
            }
        }
    }
}
