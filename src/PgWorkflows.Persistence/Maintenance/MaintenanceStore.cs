using Dapper;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Persistence.Maintenance;

/// <summary>The resources in maintenance, with owner, reason and expiry. Each question looks at the clock, so that nothing has to run for one to end.</summary>
public sealed class MaintenanceStore(Database database, TimeProvider time) : IMaintenance
{
    private const string Columns = "select resource as Resource, owner as Owner, reason as Reason, started_at as StartedAt, expires_at as ExpiresAt from maintenance";

    /// <inheritdoc/>
    public async ValueTask<MaintenanceMode?> FindAsync(string resource, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            $"{Columns} where resource = @resource and expires_at > @now", new { resource, now = Now }, cancellationToken: cancellationToken));
        return row?.ToMode();
    }

    /// <summary>Every maintenance that is on now, by resource.</summary>
    public async Task<IReadOnlyList<MaintenanceMode>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"{Columns} where expires_at > @now order by resource", new { now = Now }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToMode())];
    }

    /// <summary>Switches maintenance on, or replaces the one that is on.</summary>
    public async Task<MaintenanceMode> BeginAsync(string resource, string owner, MaintenanceRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var row = new Row(resource, owner, request.Reason, now.ToMicroseconds(), (now + request.Span).ToMicroseconds());
        await using var connection = database.ConnectDurably();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into maintenance (resource, owner, reason, started_at, expires_at) values (@Resource, @Owner, @Reason, @StartedAt, @ExpiresAt)
            on conflict (resource) do update set owner = excluded.owner, reason = excluded.reason, started_at = excluded.started_at, expires_at = excluded.expires_at
            """, row, cancellationToken: cancellationToken));
        return row.ToMode();
    }

    /// <summary>Switches maintenance off.</summary>
    /// <returns>What was on; null when none was.</returns>
    public async Task<MaintenanceMode?> EndAsync(string resource, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            """
            delete from maintenance where resource = @resource
            returning resource as Resource, owner as Owner, reason as Reason, started_at as StartedAt, expires_at as ExpiresAt
            """, new { resource }, cancellationToken: cancellationToken));
        return row is null || row.ExpiresAt <= Now ? null : row.ToMode();
    }

    private long Now => time.GetUtcNow().ToMicroseconds();

    private sealed record Row(string Resource, string Owner, string Reason, long StartedAt, long ExpiresAt)
    {
        public MaintenanceMode ToMode() => new(Resource, Owner, Reason, StartedAt.ToInstant(), ExpiresAt.ToInstant());
    }
}
