using System.Globalization;
using Dapper;

namespace PgWorkflows.Persistence.Events;

// What a run's journal says of events that a channel got late or never.
public sealed partial class Outbox
{
    /// <summary>Notes failed and late deliveries in the journals of their runs. A run that still goes on writes its journal itself: it is noted when it has ended.</summary>
    public async Task NoteAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        if (await connection.ExecuteScalarAsync<long>(new CommandDefinition("select count(*) from delivery where problem is not null and noted < 2", cancellationToken: cancellationToken)) == 0)
            return;

        await using var transaction = connection.BeginTransaction();
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select d.event_id as EventId, d.channel as Channel, d.attempts as Attempts, d.problem as Problem, d.closed_at as ClosedAt, d.delivered as Delivered,
                d.noted as Noted, e.instance_id as RunId, e.message_id as Id
            from delivery d join event e on e.id = d.event_id join workflow_instance i on i.id = e.instance_id
            where d.problem is not null and d.noted < 2 and i.status = 'Finished' order by d.event_id, d.channel
            """, transaction: transaction, cancellationToken: cancellationToken));
        foreach (var row in rows.Where(row => row.Noted == 0 || row.ClosedAt is not null))
        {
            await connection.ExecuteAsync(
                """
                insert into journal (instance_id, sequence, number, parent_number, node_id, activity_id, activity_type, type_version, timestamp, event_name, message)
                select @RunId, coalesce(max(sequence), -1) + 1, 1, 0, 'Workflow', 'Workflow', 'Elsa.Workflow', 1, @now, 'Event delivery', @message from journal where instance_id = @RunId;
                update delivery set noted = @noted where event_id = @EventId and channel = @Channel;
                """, new { row.RunId, row.EventId, row.Channel, now = Now, message = Message(row), noted = row.ClosedAt is null ? 1 : 2 }, transaction);
        }

        transaction.Commit();
    }

    private static string Message(Row row) => (row.ClosedAt, row.Delivered) switch
    {
        (null, _) => $"Event {row.Id} could not be written to {row.Channel}: {row.Problem}. It is kept and delivered later.",
        (_, 1) => string.Create(CultureInfo.InvariantCulture, $"Event {row.Id} was written to {row.Channel} late, at attempt {row.Attempts}, after: {row.Problem}."),
        _ => string.Create(CultureInfo.InvariantCulture, $"Event {row.Id} was given up for {row.Channel} after {row.Attempts} attempts: {row.Problem}."),
    };

    private sealed record Row(long EventId, string Channel, long Attempts, string Problem, long? ClosedAt, long Delivered, long Noted, string RunId, long Id);
}
