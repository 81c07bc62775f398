using Dapper;

namespace PgWorkflows.Persistence.Waking;

/// <summary>The versions of workflows whose HTTP endpoints an admin has opened to everybody. Another version is not open until an admin opens it.</summary>
public sealed class AnonymousWorkflows(Database database, TimeProvider time)
{
    /// <summary>Whether anybody may start this version, or wake its runs.</summary>
    public async Task<bool> ContainsAsync(string versionId, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from anonymous_workflow where version_id = @versionId", new { versionId }, cancellationToken: cancellationToken)) > 0;
    }

    /// <summary>Opens a version to everybody; it takes the place of another one of the workflow's.</summary>
    public async Task AddAsync(string definitionId, string versionId, string by)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync(
            """
            insert into anonymous_workflow (definition_id, version_id, marked_by, marked_at) values (@definitionId, @versionId, @by, @now)
            on conflict (definition_id) do update set version_id = excluded.version_id, marked_by = excluded.marked_by, marked_at = excluded.marked_at
            """,
            new { definitionId, versionId, by, now = time.GetUtcNow().ToMicroseconds() });
    }

    /// <summary>Closes it again; false when it was not open.</summary>
    public async Task<bool> RemoveAsync(string definitionId)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteAsync("delete from anonymous_workflow where definition_id = @definitionId", new { definitionId }) > 0;
    }
}
