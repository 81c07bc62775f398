using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace PgWorkflows.Persistence.Retention;

/// <summary>A table whose rows go by their age.</summary>
/// <param name="Table">The table.</param>
/// <param name="Key">What names a row: numbers that grow with time.</param>
/// <param name="Time">The column of its time.</param>
internal sealed record RecordRetention(string Table, string Key, string Time)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<RecordRetention> All { get; } =
    [
        new("event", "id", "timestamp"),
        new("audit", "id", "timestamp"),
        new("resource_state_change", "id", "timestamp"),
        new("check_hour", "hour", "hour"),
        new("hosted_run", "rowid", "ended_at"), // What has not ended has no such time, and stays.
    ];

    /// <summary>The oldest rows, as far as they are due.</summary>
    public async Task<IReadOnlyList<long>> DueAsync(SqliteConnection connection, long before, int most, CancellationToken cancellationToken) =>
    [
        .. await connection.QueryAsync<long>(new CommandDefinition(
            $"select distinct {Key} from (select {Key}, {Time} from {Table} order by {Key} limit @most) where {Time} < @before",
            new { before, most }, cancellationToken: cancellationToken)),
    ];

    public Task<int> DeleteAsync(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<long> keys) =>
        connection.ExecuteAsync($"delete from {Table} where {Key} in (select value from json_each(@keys))", new { keys = JsonSerializer.Serialize(keys) }, transaction);
}

/// <summary>Deleted versions of definitions, kept as long as a run names them.</summary>
internal static class TombstoneRetention
{
    /// <summary>
    /// Versions that no run names, as what it ran or as a part of it. The newest version of a definition that lives on stays, so that its number is not given twice.
    /// </summary>
    public static async Task<IReadOnlyList<string>> DueAsync(SqliteConnection connection, CancellationToken cancellationToken) =>
    [
        .. await connection.QueryAsync<string>(new CommandDefinition(
            """
            select d.version_id from workflow_definition d
            where d.deleted_at is not null
                and not exists (select 1 from workflow_instance i where i.version_id = d.version_id)
                and not exists (select 1 from workflow_instance i where instr(i.uses, d.version_id) > 0)
                and (exists (select 1 from workflow_definition n where n.definition_id = d.definition_id and n.version > d.version)
                    or not exists (select 1 from workflow_definition n where n.definition_id = d.definition_id and n.deleted_at is null))
            """, cancellationToken: cancellationToken)),
    ];

    /// <summary>A run that has begun meanwhile is seen once more.</summary>
    public static Task<int> DeleteAsync(SqliteConnection connection, string versionId) => connection.ExecuteAsync(
        """
        delete from workflow_definition
        where version_id = @versionId and deleted_at is not null and not exists (select 1 from workflow_instance i where i.version_id = @versionId)
        """, new { versionId });
}
