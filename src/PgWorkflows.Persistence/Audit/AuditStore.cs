using Dapper;

namespace PgWorkflows.Persistence.Audit;

/// <summary>Who came in, was refused, changed or ran what. Rows are only ever added.</summary>
public sealed class AuditStore(Database database, TimeProvider time)
{
    /// <summary>Adds a row.</summary>
    public async Task AddAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into audit (timestamp, actor, address, action, target, outcome, detail) values (@now, @Actor, @Address, @Action, @Target, @Outcome, @Detail)",
            new { entry.Actor, entry.Address, entry.Action, entry.Target, entry.Outcome, entry.Detail, now = time.GetUtcNow().ToMicroseconds() },
            cancellationToken: cancellationToken));
    }

    /// <summary>Rows, the newest first.</summary>
    /// <param name="search">Only rows with this text in any field, or null.</param>
    /// <param name="before">Only rows older than that one: the next page.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<AuditRow>> ListAsync(string? search, long? before, int most, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select id as Number, timestamp as Timestamp, actor as Actor, address as Address, action as Action, target as Target, outcome as Outcome, detail as Detail
            from audit
            where (@before is null or id < @before)
                and (@search is null or instr(lower(actor || ' ' || address || ' ' || action || ' ' || target || ' ' || outcome || ' ' || coalesce(detail, '')), lower(@search)) > 0)
            order by id desc limit @most
            """, new { search, before, most }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new AuditRow(row.Number, row.Timestamp.ToInstant(), new(row.Actor, row.Address, row.Action, row.Target, row.Outcome, row.Detail)))];
    }

    private sealed record Row(long Number, long Timestamp, string Actor, string Address, string Action, string Target, string Outcome, string? Detail);
}

/// <summary>One thing that somebody did or tried.</summary>
/// <param name="Actor">The user or key, or what was typed as a user's name.</param>
/// <param name="Address">Where it came from.</param>
/// <param name="Action">What: sign-in, refused, recover, key-created …</param>
/// <param name="Target">To what: a resource, a user, a key, a route.</param>
/// <param name="Outcome">How it went.</param>
/// <param name="Detail">More, for people.</param>
public sealed record AuditEntry(string Actor, string Address, string Action, string Target, string Outcome, string? Detail = null);

/// <summary>An audit entry with its number and time.</summary>
public sealed record AuditRow(long Number, DateTimeOffset Timestamp, AuditEntry Entry);
