using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Persistence.Definitions;

// What an author does to definitions (elsa-contract 1.3). The database is the lock: one writer at a time.
public sealed partial class DefinitionStore
{
    /// <summary>Stores a draft: changed in place as long as nobody has published or run it, else as the next version.</summary>
    /// <param name="definitionId">An existing definition, or a new id.</param>
    /// <param name="content">The definition's JSON; its ids, version, flags and times are replaced.</param>
    /// <param name="cancellationToken">Ends the request; nothing is stored then.</param>
    public async Task<DefinitionVersion> SaveDraftAsync(string definitionId, JsonObject content, CancellationToken cancellationToken) =>
        (await SaveDraftsAsync([(definitionId, content)], cancellationToken))[0];

    /// <summary>Stores several drafts, each as <see cref="SaveDraftAsync"/> does: all of them or none.</summary>
    public async Task<IReadOnlyList<DefinitionVersion>> SaveDraftsAsync(
        IReadOnlyList<(string DefinitionId, JsonObject Content)> drafts, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        await using var transaction = connection.BeginTransaction();
        var saved = new List<DefinitionVersion>();
        foreach (var (definitionId, content) in drafts)
            saved.Add(await SaveAsync(connection, transaction, definitionId, content, await OfAsync(connection, transaction, definitionId)));
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return saved;
    }

    /// <summary>Makes a version the one that acts.</summary>
    /// <param name="version">What was looked at and found in order; when it has changed since, nothing is published.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The published version; null when it has changed or is gone.</returns>
    public async Task<DefinitionVersion?> PublishAsync(DefinitionVersion version, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        if (await connection.ExecuteScalarAsync<long>(
            "select count(*) from workflow_definition where version_id = @VersionId and hash = @Hash and deleted_at is null", version, transaction) == 0)
            return null;
        await SetPublishedAsync(connection, transaction, version.DefinitionId, version.VersionId);
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return await VersionAsync(version.VersionId, cancellationToken);
    }

    /// <summary>
    /// Takes the published version out of service. A definition that was shipped is never without one: its newest shipped version acts again.
    /// </summary>
    /// <returns>The version that was taken out, null when none was published; a shipped version stays published.</returns>
    public async Task<DefinitionVersion?> RetractAsync(string definitionId, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        var versions = await OfAsync(connection, transaction, definitionId);
        if (versions.Find(version => version.IsPublished) is not { } published || published.IsShipped)
            return versions.Find(version => version.IsPublished);
        await connection.ExecuteAsync("update workflow_definition set is_published = 0 where definition_id = @definitionId", new { definitionId }, transaction);
        if (versions.Find(version => version.IsShipped) is { } shipped)
            await connection.ExecuteAsync("update workflow_definition set is_published = 1, is_offer = 0 where version_id = @VersionId", shipped, transaction);
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return published with { IsPublished = false };
    }

    /// <summary>Copies an earlier version as the newest draft; null when there is no such version.</summary>
    public async Task<DefinitionVersion?> RevertAsync(string definitionId, int number, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        await using var transaction = connection.BeginTransaction();
        var versions = await OfAsync(connection, transaction, definitionId);
        if (versions.Find(version => version.Version == number && !version.IsDeleted) is not { } earlier)
            return null;
        await ForgetLatestAsync(connection, transaction, definitionId);
        var draft = await InsertEditAsync(connection, transaction, definitionId, (JsonObject)JsonNode.Parse(earlier.Json, documentOptions: Deep)!, Next(versions));
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return draft;
    }

    /// <summary>Deletes versions that were not shipped; one that runs name leaves the lists but can still be read by its id.</summary>
    /// <returns>The versions that were deleted.</returns>
    public async Task<IReadOnlyList<string>> DeleteAsync(IReadOnlyList<string> definitionIds, IReadOnlyList<string> versionIds, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        await using var transaction = connection.BeginTransaction();
        var rows = (await connection.QueryAsync<Row>(
            $"{Columns} where (definition_id in @definitionIds or version_id in @versionIds) and origin = 'edited' and deleted_at is null",
            new { definitionIds, versionIds }, transaction)).ToList();
        foreach (var row in rows)
        {
            await connection.ExecuteAsync(
                """
                delete from workflow_definition where version_id = @VersionId and not exists (select 1 from workflow_instance where version_id = @VersionId);
                update workflow_definition set deleted_at = @Now, is_latest = 0, is_published = 0 where version_id = @VersionId;
                """, new { row.VersionId, Now }, transaction);
        }

        foreach (var definitionId in rows.Select(row => row.DefinitionId).Distinct())
            await RestoreFlagsAsync(connection, transaction, definitionId);
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return [.. rows.Select(row => row.VersionId)];
    }

    private async Task<DefinitionVersion> SaveAsync(
        SqliteConnection connection, SqliteTransaction transaction, string definitionId, JsonObject content, List<DefinitionVersion> versions)
    {
        var latest = versions.Find(version => version.IsLatest);
        if (latest is { IsPublished: false, IsShipped: false } && await IsUntouchedAsync(connection, transaction, latest.VersionId))
        {
            var (changed, json) = Identify(content, latest.VersionId, definitionId, latest.Version, latest.CreatedAt);
            await connection.ExecuteAsync("update workflow_definition set name = @Name, hash = @Hash, json = @json where version_id = @Id",
                new { changed.Name, changed.Hash, json, changed.Id }, transaction);
            return latest with { Name = changed.Name, Hash = changed.Hash, Json = json };
        }

        await ForgetLatestAsync(connection, transaction, definitionId);
        return await InsertEditAsync(connection, transaction, definitionId, content, Next(versions));
    }

    private async Task<DefinitionVersion> InsertEditAsync(
        SqliteConnection connection, SqliteTransaction transaction, string definitionId, JsonObject content, int number)
    {
        var now = time.GetUtcNow();
        var versionId = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
        var (definition, json) = Identify(content, versionId, definitionId, number, now);
        await connection.ExecuteAsync(Insert, new
        {
            versionId,
            DefinitionId = definitionId,
            version = number,
            definition.Name,
            definition.Hash,
            origin = "edited",
            isLatest = true,
            isPublished = false,
            isOffer = false,
            json,
            now = now.ToMicroseconds(),
            publishedAt = (long?)null,
        }, transaction);
        return new()
        {
            VersionId = versionId,
            DefinitionId = definitionId,
            Version = number,
            Name = definition.Name,
            Hash = definition.Hash,
            IsShipped = false,
            IsLatest = true,
            IsPublished = false,
            IsOffer = false,
            IsDeleted = false,
            CreatedAt = now,
            Json = json,
        };
    }

    private async Task SetPublishedAsync(SqliteConnection connection, SqliteTransaction transaction, string definitionId, string versionId) =>
        await connection.ExecuteAsync(
            """
            update workflow_definition set is_published = 0, is_latest = 0 where definition_id = @definitionId;
            update workflow_definition set is_published = 1, is_latest = 1, published_at = coalesce(published_at, @Now) where version_id = @versionId;
            update workflow_definition set is_offer = 0
            where definition_id = @definitionId and exists (select 1 from workflow_definition where version_id = @versionId and origin = 'shipped');
            """, new { definitionId, versionId, Now }, transaction);

    /// <summary>After a deletion: the newest that is left is the latest, and a shipped definition has a version that acts.</summary>
    private static Task RestoreFlagsAsync(SqliteConnection connection, SqliteTransaction transaction, string definitionId) =>
        connection.ExecuteAsync(
            """
            update workflow_definition set is_published = 1, is_offer = 0
            where version_id = (select version_id from workflow_definition where definition_id = @definitionId and origin = 'shipped' order by version desc limit 1)
                and not exists (select 1 from workflow_definition where definition_id = @definitionId and is_published = 1);
            update workflow_definition set is_latest = 1
            where version_id = (select version_id from workflow_definition where definition_id = @definitionId and deleted_at is null and is_offer = 0
                    order by version desc limit 1)
                and not exists (select 1 from workflow_definition where definition_id = @definitionId and is_latest = 1);
            """, new { definitionId }, transaction);

    private static Task ForgetLatestAsync(SqliteConnection connection, SqliteTransaction transaction, string definitionId) =>
        connection.ExecuteAsync("update workflow_definition set is_latest = 0 where definition_id = @definitionId", new { definitionId }, transaction);

    private static async Task<bool> IsUntouchedAsync(SqliteConnection connection, SqliteTransaction transaction, string versionId) =>
        await connection.ExecuteScalarAsync<long>(
            """
            select count(*) from workflow_definition d where version_id = @versionId and published_at is null
                and not exists (select 1 from workflow_instance i where i.version_id = d.version_id)
            """, new { versionId }, transaction) == 1;

    /// <summary>The JSON under its ids. The flags are columns, so a version's hash does not depend on them.</summary>
    private static (WorkflowDefinition Definition, string Json) Identify(
        JsonObject content, string versionId, string definitionId, int version, DateTimeOffset createdAt)
    {
        var json = (JsonObject)content.DeepClone();
        foreach (var name in json.Select(member => member.Key).Where(IsOurs).ToList())
            json.Remove(name);
        (json["id"], json["definitionId"], json["version"], json["createdAt"]) = (versionId, definitionId, version, createdAt);
        var text = json.ToJsonString(Written);
        var (definition, findings) = DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(text));
        return (definition ?? throw new UnreadableDefinitionException(findings), text);
    }

    private static bool IsOurs(string member) => member.ToLowerInvariant() is
        "id" or "definitionid" or "version" or "createdat" or "islatest" or "ispublished" or "isreadonly" or "issystem" or "links" or "tenantid";

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = DefinitionReader.MaxDepth, CommentHandling = JsonCommentHandling.Skip };

    private static readonly JsonSerializerOptions Written = new()
    {
        MaxDepth = DefinitionReader.MaxDepth,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}

/// <summary>A definition that is to be stored cannot be read.</summary>
public sealed class UnreadableDefinitionException(IReadOnlyList<Finding> findings) : Exception(string.Join(' ', findings))
{
    /// <summary>What is wrong with it.</summary>
    public IReadOnlyList<Finding> Findings { get; } = findings;
}
