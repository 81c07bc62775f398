using Dapper;

namespace PgWorkflows.Persistence.Users;

/// <summary>The people who may sign in. Passwords come here hashed.</summary>
public sealed class UserStore(Database database, TimeProvider time)
{
    private const string Columns =
        "select name as Name, role as Role, password_hash as PasswordHash, stamp as Stamp, created_at as CreatedAt, created_by as CreatedBy, changed_at as ChangedAt from user_account";

    /// <summary>All of them, by name.</summary>
    public async Task<IReadOnlyList<UserAccount>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<Row>(new CommandDefinition($"{Columns} order by name", cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToAccount())];
    }

    /// <summary>The user of this name, upper and lower case alike, or null.</summary>
    public async Task<UserAccount?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition($"{Columns} where name = @name", new { name }, cancellationToken: cancellationToken));
        return row?.ToAccount();
    }

    /// <summary>Adds a user.</summary>
    /// <returns>False when the name is taken; nothing is changed then.</returns>
    public async Task<bool> TryAddAsync(string name, string role, string passwordHash, string stamp, string by, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into user_account (name, role, password_hash, stamp, created_at, created_by, changed_at)
            values (@name, @role, @passwordHash, @stamp, @now, @by, @now) on conflict (name) do nothing
            """, new { name, role, passwordHash, stamp, by, now = Now }, cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>Gives a user another password; signed-in sessions end by the new stamp.</summary>
    public async Task<bool> SetPasswordAsync(string name, string passwordHash, string stamp, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        return await connection.ExecuteAsync(new CommandDefinition(
            "update user_account set password_hash = @passwordHash, stamp = @stamp, changed_at = @now where name = @name",
            new { name, passwordHash, stamp, now = Now }, cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>Gives a user another role, unless nobody could administer the server then.</summary>
    /// <param name="name">The user.</param>
    /// <param name="role">The role from now on.</param>
    /// <param name="stamp">The stamp from now on.</param>
    /// <param name="lastRole">The role that at least one user must keep.</param>
    /// <param name="cancellationToken">Ends the change before it is made.</param>
    public Task<UserChange> SetRoleAsync(string name, string role, string stamp, string lastRole, CancellationToken cancellationToken) =>
        ChangeAsync("update user_account set role = @role, stamp = @stamp, changed_at = @now where name = @name",
            new { name, role, stamp, lastRole, now = Now }, cancellationToken);

    /// <summary>Removes a user, unless nobody could administer the server then.</summary>
    /// <param name="name">The user.</param>
    /// <param name="lastRole">The role that at least one user must keep.</param>
    /// <param name="cancellationToken">Ends the change before it is made.</param>
    public Task<UserChange> RemoveAsync(string name, string lastRole, CancellationToken cancellationToken) =>
        ChangeAsync("delete from user_account where name = @name", new { name, lastRole }, cancellationToken);

    private async Task<UserChange> ChangeAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        if (await connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken)) == 0)
            return UserChange.Unknown;
        var left = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from user_account where role = @lastRole", parameters, transaction, cancellationToken: cancellationToken));
        if (left == 0)
            return UserChange.LastOne; // The transaction is rolled back.
        transaction.Commit();
        return UserChange.Done;
    }

    private long Now => time.GetUtcNow().ToMicroseconds();

    private sealed record Row(string Name, string Role, string PasswordHash, string Stamp, long CreatedAt, string CreatedBy, long ChangedAt)
    {
        public UserAccount ToAccount() => new(Name, Role, PasswordHash, Stamp, CreatedAt.ToInstant(), CreatedBy, ChangedAt.ToInstant());
    }
}

/// <summary>A person who may sign in.</summary>
public sealed record UserAccount(
    string Name, string Role, string PasswordHash, string Stamp, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset ChangedAt);

/// <summary>Whether a change of a user was made.</summary>
public enum UserChange
{
    /// <summary>It was.</summary>
    Done,

    /// <summary>There is no such user.</summary>
    Unknown,

    /// <summary>The last user of the role that must not die out; nothing was changed.</summary>
    LastOne,
}
