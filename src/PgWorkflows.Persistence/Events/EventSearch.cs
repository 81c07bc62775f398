using Dapper;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Persistence.Events;

/// <summary>Finds events of the log.</summary>
public sealed class EventSearch(Database database)
{
    /// <summary>Events that match everything that is given, the newest first.</summary>
    public async Task<IReadOnlyList<EventFacts>> FindAsync(EventQuery query, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select id as Number, instance_id as RunId, resource as Resource, message_id as Id, severity as Severity, text as Text, timestamp as Timestamp
            from event
            where (@Resource is null or resource = @Resource collate nocase)
                and (@Text is null or instr(lower(message_id || ' ' || text), lower(@Text)) > 0)
                and (@Severity is null or severity = @Severity)
                and (@Before is null or id < @Before)
            order by event.id desc limit @Most
            """, query, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new EventFacts(row.Number, row.RunId, row.Resource, (int)row.Id, row.Severity, row.Text, row.Timestamp.ToInstant()))];
    }

    private sealed record Row(long Number, string? RunId, string Resource, long Id, string Severity, string Text, long Timestamp);
}

/// <summary>Which events; null means any.</summary>
/// <param name="Resource">Of this resource.</param>
/// <param name="Text">With this in their number or text, upper and lower case alike.</param>
/// <param name="Severity">Of this severity.</param>
/// <param name="Before">Older than the event of this number: the next page.</param>
/// <param name="Most">At most so many.</param>
public sealed record EventQuery(string? Resource, string? Text, string? Severity, long? Before, int Most);
