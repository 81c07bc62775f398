using Dapper;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Persistence.Definitions;

/// <summary>The versions of workflow definitions. A version never changes once it is stored, so a run can always name what it ran.</summary>
public sealed class DefinitionStore(Database database, TimeProvider time)
{
    /// <summary>
    /// Brings the shipped definitions in: content that is not known yet becomes the next version and is published.
    /// What is known already costs one query.
    /// </summary>
    public async Task ImportAsync(IReadOnlyList<WorkflowDefinition> shipped, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var known = (await connection.QueryAsync<(string DefinitionId, string Hash)>(
            "select definition_id, hash from workflow_definition where is_published = 1")).ToHashSet();
        foreach (var definition in shipped.Where(definition => !known.Contains((definition.DefinitionId, definition.Hash))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using var transaction = connection.BeginTransaction();
            var earlier = await connection.QueryFirstOrDefaultAsync<string?>(
                "select version_id from workflow_definition where definition_id = @DefinitionId and hash = @Hash", definition, transaction);
            await connection.ExecuteAsync(
                "update workflow_definition set is_latest = 0, is_published = 0 where definition_id = @DefinitionId", definition, transaction);
            if (earlier is not null)
            {
                await connection.ExecuteAsync("update workflow_definition set is_latest = 1, is_published = 1 where version_id = @earlier", new { earlier }, transaction);
            }
            else
            {
                var version = 1 + await connection.ExecuteScalarAsync<int>(
                    "select coalesce(max(version), 0) from workflow_definition where definition_id = @DefinitionId", definition, transaction);
                await connection.ExecuteAsync(
                    """
                    insert into workflow_definition (version_id, definition_id, version, name, hash, origin, is_latest, is_published, json, created_at)
                    values (@versionId, @DefinitionId, @version, @Name, @Hash, 'shipped', 1, 1, @json, @now)
                    """,
                    new
                    {
                        versionId = $"{definition.DefinitionId}-{definition.Hash[..12]}",
                        definition.DefinitionId,
                        version,
                        definition.Name,
                        definition.Hash,
                        json = definition.ToJson(),
                        now = time.GetUtcNow().ToMicroseconds(),
                    }, transaction);
            }

            transaction.Commit();
        }
    }

    /// <summary>The published version of each definition, by definition id.</summary>
    public async Task<IReadOnlyDictionary<string, StoredDefinition>> PublishedAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            "select version_id as VersionId, version as Version, hash as Hash, json as Json from workflow_definition where is_published = 1", cancellationToken: cancellationToken));
        return rows.Select(ToStored).ToDictionary(stored => stored.Definition.DefinitionId, StringComparer.Ordinal);
    }

    /// <summary>One version, or null.</summary>
    public async Task<StoredDefinition?> FindAsync(string versionId, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            "select version_id as VersionId, version as Version, hash as Hash, json as Json from workflow_definition where version_id = @versionId",
            new { versionId }, cancellationToken: cancellationToken));
        return row is null ? null : ToStored(row);
    }

    private static StoredDefinition ToStored(Row row)
    {
        var (definition, findings) = DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(row.Json));
        return new(row.VersionId, (int)row.Version, row.Hash,
            definition ?? throw new InvalidOperationException($"The stored definition {row.VersionId} cannot be read: {string.Join(' ', findings)}"));
    }

    private sealed record Row(string VersionId, long Version, string Hash, string Json);
}

/// <summary>A stored version of a definition.</summary>
/// <param name="VersionId">The id of this version in the history.</param>
/// <param name="Version">Its number in the history.</param>
/// <param name="Hash">What runs name as the definition they ran.</param>
/// <param name="Definition">The definition itself.</param>
public sealed record StoredDefinition(string VersionId, int Version, string Hash, WorkflowDefinition Definition);
