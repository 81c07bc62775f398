using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Server.Elsa;

/// <summary>The filter of an instance list as Studio sends it (elsa-contract 3.5).</summary>
internal static class InstanceRequest
{
    private const int MaxPage = 10_000;

    /// <summary>Elsa's words for what a list is sorted by; Studio and the real server have different ones for the same.</summary>
    private enum OrderBy
    {
        Created,
        UpdatedAt,
        LastExecuted,
        Finished,
        Name,
    }

    private enum Column
    {
        CreatedAt,
        UpdatedAt,
        FinishedAt,
    }

    private enum Operator
    {
        Is,
        IsNot,
        GreaterThan,
        GreaterThanOrEqual,
        LessThan,
        LessThanOrEqual,
    }

    /// <summary>The query; null when nothing can be found, as for system workflows, which do not exist here.</summary>
    public static InstanceQuery? Read(Fields body)
    {
        if (body.Flag("isSystem") is true)
            return null;
        var order = body.Choice<OrderBy>("orderBy");
        var (skip, take) = Query.Page(body.Number("page"), body.Number("pageSize", 0, MaxPage));
        return new()
        {
            Search = body.Text("searchTerm"),
            DefinitionIds = [.. body.Texts("definitionIds") ?? [], .. One(body.Text("definitionId"))],
            Version = body.Number("version"),
            CorrelationId = NoneIfEmpty(body.Text("correlationId")),
            Name = NoneIfEmpty(body.Text("name")),
            HasIncidents = body.Flag("hasIncidents"),
            Statuses = Words<WorkflowStatus>(body, "statuses", "status"),
            SubStatuses = Words<WorkflowSubStatus>(body, "subStatuses", "subStatus"),
            Times = [.. Times(body)],
            Order = Of(order),
            Descending = IsDescending(body.Choice<OrderDirection>("orderDirection"), order),
            Skip = skip,
            Take = take,
        };
    }

    public static InstanceQuery? Read(Query query)
    {
        if (query.Flag("isSystem") is true)
            return null;
        var order = query.Choice<OrderBy>("orderBy");
        var (skip, take) = Query.Page(query.Number("page"), query.Number("pageSize", MaxPage));
        return new()
        {
            Search = query.Text("searchTerm"),
            DefinitionIds = [.. query.Texts("definitionIds"), .. One(query.Text("definitionId"))],
            Version = query.Number("version"),
            CorrelationId = query.Text("correlationId"),
            Name = query.Text("name"),
            HasIncidents = query.Flag("hasIncidents"),
            Statuses = [.. query.Texts("statuses").Concat(query.Texts("status")).Select(word => Choices.Parse<WorkflowStatus>(word, "statuses").ToString())],
            SubStatuses = [.. query.Texts("subStatuses").Concat(query.Texts("subStatus")).Select(word => Choices.Parse<WorkflowSubStatus>(word, "subStatuses").ToString())],
            Order = Of(order),
            Descending = IsDescending(query.Choice<OrderDirection>("orderDirection"), order),
            Skip = skip,
            Take = take,
        };
    }

    private static InstanceOrder Of(OrderBy? order) => order switch
    {
        OrderBy.UpdatedAt or OrderBy.LastExecuted => InstanceOrder.Updated,
        OrderBy.Finished => InstanceOrder.Finished,
        OrderBy.Name => InstanceOrder.Name,
        _ => InstanceOrder.Created,
    };

    private static bool IsDescending(OrderDirection? direction, OrderBy? order) => direction is null ? order != OrderBy.Name : direction == OrderDirection.Descending;

    private static string[] One(string? text) => string.IsNullOrEmpty(text) ? [] : [text];

    private static string? NoneIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static IReadOnlyList<string> Words<T>(Fields body, string list, string one)
        where T : struct, Enum =>
        [.. (body.Texts(list) ?? []).Concat(One(body.Text(one))).Select(word => Choices.Parse<T>(word, body.Name(list)).ToString())];

    private static IEnumerable<InstanceTime> Times(Fields body)
    {
        if (body.Get("timestampFilters") is not { } filters)
            yield break;
        if (filters.ValueKind != System.Text.Json.JsonValueKind.Array || filters.GetArrayLength() > 20)
            throw new Refusal("timestampFilters", "A list of at most 20 filters is expected here.");
        foreach (var json in filters.EnumerateArray())
        {
            var filter = new Fields(json, "timestampFilters");
            var column = (filter.Choice<Column>("column") ?? throw new Refusal("timestampFilters.column", "A column is expected here.")) switch
            {
                Column.UpdatedAt => InstanceOrder.Updated,
                Column.FinishedAt => InstanceOrder.Finished,
                _ => InstanceOrder.Created,
            };
            var by = filter.Choice<Operator>("operator") ?? throw new Refusal("timestampFilters.operator", "An operator is expected here.");
            if (filter.Get("timestamp") is not { ValueKind: System.Text.Json.JsonValueKind.String } text || !text.TryGetDateTimeOffset(out var at))
                throw new Refusal("timestampFilters.timestamp", "A time such as 2026-03-01T00:00:00+00:00 is expected here.");
            yield return Of(column, by, at);
        }
    }

    private static InstanceTime Of(InstanceOrder column, Operator by, DateTimeOffset at)
    {
        var next = at.AddMicroseconds(1); // The resolution of stored times.
        var end = at.TimeOfDay == TimeSpan.Zero ? at.AddDays(1) : next; // "Is" at midnight means that day.
        return by switch
        {
            Operator.Is => new(column, at, end),
            Operator.IsNot => new(column, at, end, IsInverted: true),
            Operator.GreaterThan => new(column, next, null),
            Operator.GreaterThanOrEqual => new(column, at, null),
            Operator.LessThan => new(column, null, at),
            _ => new(column, null, next),
        };
    }
}
