using Dapper;
using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence.Keys;

/// <summary>The API keys: what is known of them is everything but the keys themselves.</summary>
public sealed class KeyStore(Database database, TimeProvider time)
{
    private const string Columns =
        """
        select id as Id, name as Name, role as Role, created_at as CreatedAt, created_by as CreatedBy, expires_at as ExpiresAt,
            last_used_at as LastUsedAt, revoked_at as RevokedAt, revoked_by as RevokedBy
        from api_key
        """;

    /// <summary>How often the time of a key's last use is written at most: a script that polls must not become a stream of writes.</summary>
    private static readonly TimeSpan UseInterval = TimeSpan.FromMinutes(1);

    /// <summary>All keys, the newest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<Row>(new CommandDefinition($"{Columns} order by created_at desc, id", cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToKey())];
    }

    /// <summary>The key of this hash as long as it is valid, or null; its use is noted.</summary>
    public async Task<ApiKey?> UseAsync(string hash, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            $"{Columns} where hash = @hash and revoked_at is null and expires_at > @now", new { hash, now = Now }, cancellationToken: cancellationToken));
        if (row is null)
            return null;
        if (database.Health.IsWritable && (row.LastUsedAt is null || time.GetUtcNow() - row.LastUsedAt.Value.ToInstant() > UseInterval))
            await NoteUseAsync(connection, row, cancellationToken);
        return row.ToKey();
    }

    private async Task NoteUseAsync(SqliteConnection connection, Row row, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(new CommandDefinition("update api_key set last_used_at = @now where id = @Id", new { row.Id, now = Now }, cancellationToken: cancellationToken));
        }
        catch (SqliteException) when (!database.Health.IsWritable)
        {
            // Whoever has the key may look at what is going on while the disk is full.
        }
    }

    /// <summary>Adds a key by its hash.</summary>
    public async Task AddAsync(string id, string name, string role, string hash, string by, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into api_key (id, name, role, hash, created_at, created_by, expires_at) values (@id, @name, @role, @hash, @now, @by, @expires)",
            new { id, name, role, hash, by, now = Now, expires = expiresAt.ToMicroseconds() }, cancellationToken: cancellationToken));
    }

    /// <summary>Ends a key for good.</summary>
    /// <returns>The key, or null when there is none of this id that is not revoked yet.</returns>
    public async Task<ApiKey?> RevokeAsync(string id, string by, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        var changed = await connection.ExecuteAsync(new CommandDefinition(
            "update api_key set revoked_at = @now, revoked_by = @by where id = @id and revoked_at is null", new { id, by, now = Now }, cancellationToken: cancellationToken));
        return changed == 0 ? null
            : (await connection.QueryFirstAsync<Row>(new CommandDefinition($"{Columns} where id = @id", new { id }, cancellationToken: cancellationToken))).ToKey();
    }

    private long Now => time.GetUtcNow().ToMicroseconds();

    private sealed record Row(
        string Id, string Name, string Role, long CreatedAt, string CreatedBy, long ExpiresAt, long? LastUsedAt, long? RevokedAt, string? RevokedBy)
    {
        public ApiKey ToKey() => new(
            Id, Name, Role, CreatedAt.ToInstant(), CreatedBy, ExpiresAt.ToInstant(), LastUsedAt.ToInstant(), RevokedAt.ToInstant(), RevokedBy);
    }
}

/// <summary>What is known of an API key.</summary>
public sealed record ApiKey(
    string Id, string Name, string Role, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset ExpiresAt,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, string? RevokedBy);
