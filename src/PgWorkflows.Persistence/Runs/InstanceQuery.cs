using Dapper;

namespace PgWorkflows.Persistence.Runs;

/// <summary>Which runs to list; what is null or empty does not restrict.</summary>
public sealed record InstanceQuery
{
    /// <summary>A part of an id, the name or the correlation id.</summary>
    public string? Search { get; init; }

    /// <summary>Of these definitions.</summary>
    public IReadOnlyList<string> DefinitionIds { get; init; } = [];

    /// <summary>Of these versions.</summary>
    public IReadOnlyList<string> VersionIds { get; init; } = [];

    /// <summary>Of this version number.</summary>
    public int? Version { get; init; }

    /// <summary>With this correlation id.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>With this name.</summary>
    public string? Name { get; init; }

    /// <summary>With or without incidents.</summary>
    public bool? HasIncidents { get; init; }

    /// <summary>In one of these statuses.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    /// <summary>In one of these sub statuses.</summary>
    public IReadOnlyList<string> SubStatuses { get; init; } = [];

    /// <summary>Created, moved or ended before or after some time.</summary>
    public IReadOnlyList<InstanceTime> Times { get; init; } = [];

    /// <summary>What to sort by.</summary>
    public InstanceOrder Order { get; init; }

    /// <summary>Newest or last first.</summary>
    public bool Descending { get; init; } = true;

    /// <summary>How many to leave out.</summary>
    public int Skip { get; init; }

    /// <summary>How many at most; null for all.</summary>
    public int? Take { get; init; }
}

/// <summary>A restriction on a time of a run.</summary>
/// <param name="Column">Which time: created, updated or finished.</param>
/// <param name="From">Not before, or null.</param>
/// <param name="Before">Before, or null.</param>
/// <param name="IsInverted">Outside of this span instead.</param>
public sealed record InstanceTime(InstanceOrder Column, DateTimeOffset? From, DateTimeOffset? Before, bool IsInverted = false);

/// <summary>A query as the condition of a statement; only what restricts is in it, so that SQLite can use its indexes.</summary>
internal static class InstanceFilter
{
    public static (string Where, DynamicParameters Parameters) Of(InstanceQuery query)
    {
        var conditions = new List<string>();
        var parameters = new DynamicParameters();
        Add(query.DefinitionIds.Count > 0, "i.definition_id in @definitionIds", "definitionIds", query.DefinitionIds);
        Add(query.VersionIds.Count > 0, "i.version_id in @versionIds", "versionIds", query.VersionIds);
        Add(query.Version is not null, "d.version = @version", "version", query.Version);
        Add(query.CorrelationId is not null, "i.correlation_id = @correlationId", "correlationId", query.CorrelationId);
        Add(query.Name is not null, "i.name = @name", "name", query.Name);
        Add(query.HasIncidents is not null, "(i.incident_count > 0) = @hasIncidents", "hasIncidents", query.HasIncidents);
        if (query.Statuses is ["Running"])
            conditions.Add("i.status = 'Running'"); // Written out, it is the condition of an index.
        else
            Add(query.Statuses.Count > 0, "i.status in @statuses", "statuses", query.Statuses);
        Add(query.SubStatuses.Count > 0, "i.sub_status in @subStatuses", "subStatuses", query.SubStatuses);
        Add(!string.IsNullOrWhiteSpace(query.Search),
            """
            (instr(lower(coalesce(i.name, '')), lower(@search)) > 0 or instr(i.id, @search) > 0 or instr(i.definition_id, @search) > 0
                or instr(i.version_id, @search) > 0 or instr(coalesce(i.correlation_id, ''), @search) > 0)
            """, "search", query.Search?.Trim());
        for (var i = 0; i < query.Times.Count; i++)
        {
            var time = query.Times[i];
            var column = time.Column switch { InstanceOrder.Updated => "i.updated_at", InstanceOrder.Finished => "i.finished_at", _ => "i.created_at" };
            var span = $"({(time.From is null ? "1" : $"{column} >= @from{i}")} and {(time.Before is null ? "1" : $"{column} < @before{i}")})";
            conditions.Add(time.IsInverted ? $"not {span}" : span);
            parameters.Add($"from{i}", time.From.ToMicroseconds());
            parameters.Add($"before{i}", time.Before.ToMicroseconds());
        }

        return (conditions.Count == 0 ? "" : "where " + string.Join(" and ", conditions), parameters);

        void Add(bool applies, string condition, string name, object? value)
        {
            if (!applies)
                return;
            conditions.Add(condition);
            parameters.Add(name, value);
        }
    }
}
