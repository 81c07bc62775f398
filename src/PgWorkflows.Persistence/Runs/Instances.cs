using Dapper;

namespace PgWorkflows.Persistence.Runs;

/// <summary>The runs as Elsa Studio reads them (elsa-contract 3.5): lists with filters, one instance with its state, deletion.</summary>
public sealed class Instances(Database database)
{
    private const string Columns =
        """
        select i.id as Id, i.definition_id as DefinitionId, i.version_id as VersionId, d.version as Version, i.uses as Uses, i.status as Status,
            i.sub_status as SubStatus, i.correlation_id as CorrelationId, i.name as Name, i.parent_id as ParentId, i.incident_count as IncidentCount,
            i.created_at as CreatedAt, i.updated_at as UpdatedAt, i.finished_at as FinishedAt, i.closing_note as ClosingNote
        """;

    private const string From = "from workflow_instance i join workflow_definition d on d.version_id = i.version_id";

    /// <summary>One page of the runs that a query finds, and how many there are on all pages.</summary>
    public async Task<(IReadOnlyList<InstanceFacts> Items, int Total)> ListAsync(InstanceQuery query, CancellationToken cancellationToken)
    {
        var (where, parameters) = InstanceFilter.Of(query);
        var order = (query.Order, query.Descending) switch
        {
            (InstanceOrder.Updated, true) => "i.updated_at desc",
            (InstanceOrder.Updated, false) => "i.updated_at",
            (InstanceOrder.Finished, true) => "i.finished_at desc",
            (InstanceOrder.Finished, false) => "i.finished_at",
            (InstanceOrder.Name, true) => "i.name collate nocase desc",
            (InstanceOrder.Name, false) => "i.name collate nocase",
            (_, true) => "i.created_at desc",
            _ => "i.created_at",
        };

        // Rows are wide because of their state: what is found and sorted is read from indexes, and only the page itself from the table.
        var found = $"from workflow_instance i {(query.Version is null ? "" : "join workflow_definition d on d.version_id = i.version_id")} {where}";
        await using var connection = database.Connect();
        parameters.AddDynamicParams(new { skip = query.Skip, take = query.Take ?? -1 });
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            {Columns} from (select i.rowid as number {found} order by {order} limit @take offset @skip) page
            join workflow_instance i on i.rowid = page.number join workflow_definition d on d.version_id = i.version_id order by {order}
            """, parameters, cancellationToken: cancellationToken))).AsList();

        // A page that is not full is the last one; only then is the whole number known without counting.
        var isLast = rows.Count > 0 || query.Skip == 0;
        var count = isLast && (query.Take is null || rows.Count < query.Take)
            ? query.Skip + rows.Count
            : await connection.ExecuteScalarAsync<int>(new CommandDefinition($"select count(*) {found}", parameters, cancellationToken: cancellationToken));
        return ([.. rows.Select(row => row.ToFacts())], count);
    }

    /// <summary>One run, or null.</summary>
    public async Task<InstanceFacts?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition($"{Columns} {From} where i.id = @id", new { id }, cancellationToken: cancellationToken));
        return row?.ToFacts();
    }

    /// <summary>The stored state of a run as <c>InstanceState</c> wrote it; empty when there is none.</summary>
    public async Task<byte[]> StateAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(
            "select state from workflow_instance where id = @id", new { id }, cancellationToken: cancellationToken)) ?? [];
    }

    /// <summary>How far runs are, by id: what has changed since somebody looked last. Unknown ids are left out.</summary>
    public async Task<IReadOnlyDictionary<string, (long Revision, bool HasEnded)>> RevisionsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<(string Id, long Revision, string Status)>(new CommandDefinition(
            "select id, revision, status from workflow_instance where id in @ids", new { ids }, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.Id, row => (row.Revision, row.Status == "Finished"));
    }

    /// <summary>The runs that a run has started and that have not ended.</summary>
    public async Task<IReadOnlyList<string>> RunningChildrenAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            "select id from workflow_instance where parent_id = @id and status = 'Running'", new { id }, cancellationToken: cancellationToken))];
    }

    /// <summary>The running instances with their definitions and correlation ids, for activation strategies.</summary>
    public async Task<IReadOnlyList<(string DefinitionId, string? CorrelationId)>> RunningAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return [.. await connection.QueryAsync<(string, string?)>(new CommandDefinition(
            "select definition_id, correlation_id from workflow_instance where status = 'Running'", cancellationToken: cancellationToken))];
    }

    /// <summary>Deletes runs that have ended, with their journal and records; their events stay in the event log.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> DeleteAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        await using var transaction = connection.BeginTransaction();
        var deleted = await connection.ExecuteAsync("delete from workflow_instance where id in @ids and status = 'Finished'", new { ids }, transaction);
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return deleted;
    }

    private sealed record Row(
        string Id, string DefinitionId, string VersionId, long Version, string Uses, string Status, string SubStatus, string? CorrelationId, string? Name,
        string? ParentId, long IncidentCount, long CreatedAt, long UpdatedAt, long? FinishedAt, string? ClosingNote)
    {
        public InstanceFacts ToFacts() => new(Id, DefinitionId, VersionId, (int)Version, Uses, Status, SubStatus, CorrelationId, Name, ParentId,
            (int)IncidentCount, CreatedAt.ToInstant(), UpdatedAt.ToInstant(), FinishedAt.ToInstant(), ClosingNote);
    }
}

/// <summary>A run as a list shows it.</summary>
public sealed record InstanceFacts(
    string Id, string DefinitionId, string VersionId, int Version, string Uses, string Status, string SubStatus, string? CorrelationId, string? Name,
    string? ParentId, int IncidentCount, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? FinishedAt, string? ClosingNote);

/// <summary>What runs are sorted by.</summary>
public enum InstanceOrder
{
    /// <summary>When it was started.</summary>
    Created,

    /// <summary>When it last moved.</summary>
    Updated,

    /// <summary>When it ended.</summary>
    Finished,

    /// <summary>Its name.</summary>
    Name,
}
