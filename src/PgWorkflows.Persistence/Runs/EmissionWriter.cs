using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Persistence.Runs;

/// <summary>Stores the facts of a step in the transaction of that step: events, changes of state, the action's end.</summary>
internal static class EmissionWriter
{
    public static Task WriteAsync(SqliteConnection connection, SqliteTransaction transaction, WorkflowInstance instance, IReadOnlyList<Emission> emissions) =>
        WriteAsync(connection, transaction, instance.Id, instance.UpdatedAt.ToMicroseconds(), emissions);

    public static async Task WriteAsync(SqliteConnection connection, SqliteTransaction transaction, string instanceId, long now, IReadOnlyList<Emission> emissions)
    {
        foreach (var emission in emissions)
        {
            switch (emission)
            {
                case EventLogged logged:
                    await connection.ExecuteAsync(
                        """
                        insert into event (instance_id, resource, message_id, severity, text, timestamp)
                        values (@instanceId, @Resource, @Id, @severity, @Text, @now)
                        """, new { instanceId, logged.Resource, logged.Id, severity = logged.Severity.ToString(), logged.Text, now }, transaction);
                    break;
                case ResourceStateChanged changed:
                    await ResourceStateTable.SetAsync(connection, transaction, changed.Resource, changed.State, changed.Reason, $"run {instanceId}", instanceId, now);
                    break;
                case ActionEnded ended:
                    await connection.ExecuteAsync(
                        """
                        update workflow_instance set result = @result, return_value = @ReturnValue where id = @instanceId;
                        update hosted_run set result = @result, return_value = @ReturnValue where id = @instanceId;
                        """,
                        new { instanceId, result = ended.Result.ToString(), ended.ReturnValue }, transaction);
                    break;
            }
        }
    }
}
