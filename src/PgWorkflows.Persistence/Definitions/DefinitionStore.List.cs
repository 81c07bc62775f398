using Dapper;

namespace PgWorkflows.Persistence.Definitions;

// Lists for Studio.
public sealed partial class DefinitionStore
{
    /// <summary>The versions that a query finds, and how many there are on all pages.</summary>
    public async Task<(IReadOnlyList<DefinitionVersion> Items, int Total)> ListAsync(DefinitionQuery query, CancellationToken cancellationToken)
    {
        var where = $"""
            (@anyDefinition or definition_id in @DefinitionIds) and (@anyVersion or version_id in @VersionIds) and (deleted_at is null or not @anyVersion)
            and (@search is null or instr(lower(name), lower(@search)) > 0 or instr(lower(coalesce(json_extract(json, '$.description'), '')), lower(@search)) > 0
                or instr(version_id, @search) > 0 or instr(definition_id, @search) > 0)
            and {Condition(query.Versions)}
            """;
        var column = query.Order switch
        {
            DefinitionOrder.Created => "created_at",
            DefinitionOrder.Version => "version",
            _ => "name collate nocase",
        };
        var direction = query.Descending ? "desc" : "asc";
        var parameters = new
        {
            query.DefinitionIds,
            query.VersionIds,
            anyDefinition = query.DefinitionIds.Count == 0,
            anyVersion = query.VersionIds.Count == 0,
            search = string.IsNullOrWhiteSpace(query.Search) ? null : query.Search.Trim(),
            number = query.Versions?.Number ?? 0,
            skip = query.Skip,
            take = query.Take ?? -1,
        };
        await using var connection = database.Connect();
        var total = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            $"select count(*) from workflow_definition where {where}", parameters, cancellationToken: cancellationToken));
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"{Columns} where {where} order by {column} {direction}, definition_id, version desc limit @take offset @skip", parameters, cancellationToken: cancellationToken));
        return ([.. rows.Select(row => row.ToVersion())], total);
    }

    /// <summary>The version of a definition that version options choose; null when there is none.</summary>
    public async Task<DefinitionVersion?> ChooseAsync(string definitionId, VersionChoice? choice, CancellationToken cancellationToken) =>
        (await ListAsync(new() { DefinitionIds = [definitionId], Versions = choice, Order = DefinitionOrder.Version, Descending = true, Take = 1 }, cancellationToken)).Items is [var found] ? found : null;

    private static string Condition(VersionChoice? choice) => choice?.Kind switch
    {
        null => "1 = 1",
        VersionKind.Latest => "is_latest = 1",
        VersionKind.Published => "is_published = 1",
        VersionKind.LatestOrPublished => "(is_latest = 1 or is_published = 1)",
        VersionKind.LatestAndPublished => "is_latest = 1 and is_published = 1",
        VersionKind.Draft => "is_latest = 1 and is_published = 0",
        VersionKind.Number => "version = @number",
        var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other}"),
    };
}
