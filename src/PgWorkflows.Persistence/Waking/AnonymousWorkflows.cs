using Dapper;

namespace PgWorkflows.Persistence.Waking;

/// <summary>The workflows whose HTTP endpoints an admin has opened to everybody.</summary>
public sealed class AnonymousWorkflows(Database database, TimeProvider time)
{
    /// <summary>Whether anybody may start the workflow.</summary>
    public async Task<bool> ContainsAsync(string definitionId, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from anonymous_workflow where definition_id = @definitionId", new { definitionId }, cancellationToken: cancellationToken)) > 0;
    }

    /// <summary>Opens a workflow to everybody.</summary>
    public async Task AddAsync(string definitionId, string by)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync(
            "insert into anonymous_workflow (definition_id, marked_by, marked_at) values (@definitionId, @by, @now) on conflict do nothing",
            new { definitionId, by, now = time.GetUtcNow().ToMicroseconds() });
    }

    /// <summary>Closes it again; false when it was not open.</summary>
    public async Task<bool> RemoveAsync(string definitionId)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteAsync("delete from anonymous_workflow where definition_id = @definitionId", new { definitionId }) > 0;
    }
}
