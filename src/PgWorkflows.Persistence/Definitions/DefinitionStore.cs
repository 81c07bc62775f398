using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Persistence.Definitions;

/// <summary>
/// The versions of workflow definitions. A version that was published, shipped or run never changes, so a run can always name what it ran;
/// only a draft that nobody has run is changed in place.
/// </summary>
public sealed partial class DefinitionStore(Database database, TimeProvider time)
{
    private const string Columns =
        """
        select version_id as VersionId, definition_id as DefinitionId, version as Version, name as Name, hash as Hash, origin as Origin,
            is_latest as IsLatest, is_published as IsPublished, is_offer as IsOffer, deleted_at as DeletedAt, created_at as CreatedAt, json as Json
        from workflow_definition
        """;

    /// <summary>
    /// Brings the shipped definitions in by content. What is not known yet becomes the next version: published, unless an edit is published;
    /// then it is only offered. What is known already costs one query.
    /// </summary>
    public async Task ImportAsync(IReadOnlyList<WorkflowDefinition> shipped, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var settled = (await connection.QueryAsync<(string DefinitionId, string Hash)>(
            "select definition_id, hash from workflow_definition where origin = 'shipped' and (is_published = 1 or is_offer = 1)")).ToHashSet();
        foreach (var definition in shipped.Where(definition => !settled.Contains((definition.DefinitionId, definition.Hash))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using var transaction = connection.BeginTransaction();
            await ImportAsync(connection, transaction, definition);
            transaction.Commit();
        }
    }

    private async Task ImportAsync(SqliteConnection connection, SqliteTransaction transaction, WorkflowDefinition definition)
    {
        var versions = await OfAsync(connection, transaction, definition.DefinitionId);
        var known = versions.FirstOrDefault(version => version.IsShipped && version.Hash == definition.Hash);
        var published = versions.FirstOrDefault(version => version.IsPublished);
        if (published is { IsShipped: false })
        {
            // An edit is never overwritten. A shipped version that was there before the edit is not news.
            if (known is null)
            {
                await connection.ExecuteAsync("update workflow_definition set is_offer = 0 where definition_id = @DefinitionId", definition, transaction);
                await InsertAsync(connection, transaction, definition, versions, isLatest: false, isPublished: false, isOffer: true);
            }

            return;
        }

        var draft = versions.FirstOrDefault(version => version is { IsLatest: true, IsShipped: false });
        await connection.ExecuteAsync(
            "update workflow_definition set is_published = 0, is_offer = 0, is_latest = (is_latest and @keep) where definition_id = @DefinitionId",
            new { definition.DefinitionId, keep = draft is not null }, transaction);
        if (known is null)
            await InsertAsync(connection, transaction, definition, versions, isLatest: draft is null, isPublished: true, isOffer: false);
        else
            await connection.ExecuteAsync("update workflow_definition set is_published = 1, is_latest = @latest where version_id = @VersionId",
                new { known.VersionId, latest = draft is null }, transaction);
    }

    private Task InsertAsync(SqliteConnection connection, SqliteTransaction transaction, WorkflowDefinition definition,
        IReadOnlyList<DefinitionVersion> versions, bool isLatest, bool isPublished, bool isOffer) =>
        connection.ExecuteAsync(Insert, new
        {
            versionId = $"{definition.DefinitionId}-{definition.Hash[..12]}",
            definition.DefinitionId,
            version = Next(versions),
            definition.Name,
            definition.Hash,
            origin = "shipped",
            isLatest,
            isPublished,
            isOffer,
            json = definition.ToJson(),
            now = Now,
            publishedAt = Now,
        }, transaction);

    private const string Insert =
        """
        insert into workflow_definition
            (version_id, definition_id, version, name, hash, origin, is_latest, is_published, is_offer, json, created_at, published_at)
        values (@versionId, @DefinitionId, @version, @Name, @Hash, @origin, @isLatest, @isPublished, @isOffer, @json, @now, @publishedAt)
        """;

    /// <summary>The ids of the published versions, by definition id.</summary>
    public async Task<IReadOnlyDictionary<string, string>> PublishedIdsAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<(string DefinitionId, string VersionId)>(new CommandDefinition(
            "select definition_id, version_id from workflow_definition where is_published = 1", cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.DefinitionId, row => row.VersionId, StringComparer.Ordinal);
    }

    /// <summary>One version, deleted ones included; or null.</summary>
    public async Task<StoredDefinition?> FindAsync(string versionId, CancellationToken cancellationToken) =>
        (await VersionAsync(versionId, cancellationToken))?.ToStored();

    /// <summary>One version with its place among the others, deleted ones included; or null.</summary>
    public async Task<DefinitionVersion?> VersionAsync(string versionId, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            $"{Columns} where version_id = @versionId", new { versionId }, cancellationToken: cancellationToken));
        return row?.ToVersion();
    }

    /// <summary>The newer shipped versions that wait beside a published edit.</summary>
    public async Task<IReadOnlyList<DefinitionVersion>> OffersAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<Row>(new CommandDefinition($"{Columns} where is_offer = 1 order by name", cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToVersion())];
    }

    private long Now => time.GetUtcNow().ToMicroseconds();

    private static int Next(IReadOnlyList<DefinitionVersion> versions) => 1 + versions.Select(version => version.Version).DefaultIfEmpty(0).Max();

    /// <summary>All versions of a definition, deleted ones included, the newest first.</summary>
    private static async Task<List<DefinitionVersion>> OfAsync(SqliteConnection connection, SqliteTransaction transaction, string definitionId) =>
        [.. (await connection.QueryAsync<Row>($"{Columns} where definition_id = @definitionId order by version desc", new { definitionId }, transaction)).Select(row => row.ToVersion())];

    private sealed record Row(
        string VersionId, string DefinitionId, long Version, string Name, string Hash, string Origin, long IsLatest, long IsPublished, long IsOffer,
        long? DeletedAt, long CreatedAt, string Json)
    {
        public DefinitionVersion ToVersion() => new()
        {
            VersionId = VersionId,
            DefinitionId = DefinitionId,
            Version = (int)Version,
            Name = Name,
            Hash = Hash,
            IsShipped = Origin == "shipped",
            IsLatest = IsLatest != 0,
            IsPublished = IsPublished != 0,
            IsOffer = IsOffer != 0,
            IsDeleted = DeletedAt is not null,
            CreatedAt = CreatedAt.ToInstant(),
            Json = Json,
        };
    }
}

/// <summary>A stored version of a definition.</summary>
/// <param name="VersionId">The id of this version in the history.</param>
/// <param name="Version">Its number in the history.</param>
/// <param name="Hash">What runs name as the definition they ran.</param>
/// <param name="Definition">The definition itself.</param>
public sealed record StoredDefinition(string VersionId, int Version, string Hash, WorkflowDefinition Definition);
