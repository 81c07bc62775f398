using System.Text.Json.Nodes;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Activity executions of a run: counts for the canvas, records with inputs, outputs and sentences (elsa-contract 3.7).</summary>
internal static class ActivityExecutionsApi
{
    private const int MaxNodes = 10_000;

    public static void MapActivityExecutions(this IEndpointRouteBuilder api)
    {
        var executions = api.MapGroup("/activity-executions").RequirePermission("read:activity-execution");
        executions.MapPost("/report", ReportAsync);
        executions.MapGet("/list", ListAsync);
        executions.MapGet("/count", CountAsync);
        executions.MapGet("/by-id", (HttpContext context, Installation installation, CancellationToken cancellationToken) =>
            GetAsync(new Query(context).Text("id") ?? throw new Refusal("id", "The id of an activity execution is expected here."), installation, cancellationToken));
        executions.MapGet("/{id}", GetAsync);
        executions.MapGet("/{id}/call-stack", CallStackAsync);
        api.MapGet("/activity-execution-summaries/list", SummariesAsync).RequirePermission("read:activity-execution");
    }

    private static async Task<IResult> ReportAsync(HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(context);
        var id = body.Text("workflowInstanceId") ?? throw new Refusal("workflowInstanceId", "The id of a run is expected here.");
        var nodes = body.Texts("activityNodeIds", MaxNodes)?.ToHashSet(StringComparer.Ordinal);
        var records = await installation.Log.RecordsAsync(id, cancellationToken);
        return ElsaJson.Ok(new { stats = ActivityExecutionModels.StatsOf(records.Where(record => nodes?.Contains(record.NodeId) is not false)) });
    }

    private static async Task<IResult> ListAsync(HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var (all, wanted) = await FindAsync(context, installation, cancellationToken);
        return ElsaJson.List([.. wanted.Select(record => ActivityExecutionModels.Of(record, all))]);
    }

    private static async Task<IResult> SummariesAsync(HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var (_, wanted) = await FindAsync(context, installation, cancellationToken);
        return ElsaJson.List([.. wanted.Select(ActivityExecutionModels.SummaryOf)]);
    }

    private static async Task<IResult> CountAsync(HttpContext context, Installation installation, CancellationToken cancellationToken) =>
        ElsaJson.Ok(new { count = (await FindAsync(context, installation, cancellationToken)).Wanted.Count });

    private static async Task<IResult> GetAsync(string id, Installation installation, CancellationToken cancellationToken)
    {
        var all = await OfAsync(id, installation, cancellationToken);
        return all.FirstOrDefault(record => record.Id == id) is { } found ? ElsaJson.Ok(ActivityExecutionModels.Of(found, all)) : Results.NotFound();
    }

    private static async Task<IResult> CallStackAsync(string id, HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var query = new Query(context);
        var all = await OfAsync(id, installation, cancellationToken);
        var stack = new List<RecordFacts>();
        for (var record = all.FirstOrDefault(record => record.Id == id); record is not null && !stack.Contains(record); record = all.FirstOrDefault(other => other.Number == record.ScheduledBy))
            stack.Insert(0, record);
        if (stack.Count == 0)
            return Results.NotFound();
        var page = stack.Skip(query.Number("skip") ?? 0).Take(query.Number("take", 1000) ?? 100);
        return ElsaJson.Ok(new { activityExecutionId = id, items = page.Select(record => ActivityExecutionModels.Of(record, all)), totalCount = stack.Count });
    }

    private static Task<IReadOnlyList<RecordFacts>> OfAsync(string id, Installation installation, CancellationToken cancellationToken) =>
        installation.Log.RecordsAsync(id.LastIndexOf('-') is > 0 and var dash ? id[..dash] : id, cancellationToken);

    private static async Task<(IReadOnlyList<RecordFacts> All, IReadOnlyList<RecordFacts> Wanted)> FindAsync(
        HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var query = new Query(context);
        var id = query.Text("workflowInstanceId") ?? throw new Refusal("workflowInstanceId", "The id of a run is expected here.");
        var (nodeId, activityId, completed) = (query.Text("activityNodeId", 4000), query.Text("activityId"), query.Flag("completed"));
        var all = await installation.Log.RecordsAsync(id, cancellationToken);
        return (all, [.. all.Where(record => (nodeId is null || record.NodeId == nodeId) && (activityId is null || record.ActivityId == activityId)
            && (completed is null || record.CompletedAt is not null == completed))]);
    }
}

/// <summary>Activity executions in Elsa's shape.</summary>
internal static class ActivityExecutionModels
{
    public static IEnumerable<object> Of(IReadOnlyList<RecordFacts> all) => all.Select(record => Of(record, all));

    public static object Of(RecordFacts record, IReadOnlyList<RecordFacts> all)
    {
        var scheduler = all.FirstOrDefault(other => other.Number == record.ScheduledBy);
        return new
        {
            workflowInstanceId = record.InstanceId,
            activityId = record.ActivityId,
            activityNodeId = record.NodeId,
            activityType = record.ActivityType,
            activityTypeVersion = record.TypeVersion,
            activityName = record.ActivityName,
            activityState = ElsaJson.Parse(record.Inputs) ?? new JsonObject(),
            payload = PayloadOf(record),
            outputs = ElsaJson.Parse(record.Outputs),
            exception = ExceptionOf(ElsaJson.Parse(record.Exception)),
            properties = new JsonObject(),
            metadata = new JsonObject(),
            startedAt = record.StartedAt,
            hasBookmarks = record.HasBookmarks,
            status = record.Status,
            aggregateFaultCount = record.FaultCount,
            completedAt = record.CompletedAt,
            schedulingActivityExecutionId = scheduler?.Id,
            schedulingActivityId = scheduler?.ActivityId,
            callStackDepth = Depth(record, all),
            id = record.Id,
        };
    }

    public static object SummaryOf(RecordFacts record) => new
    {
        workflowInstanceId = record.InstanceId,
        activityId = record.ActivityId,
        activityNodeId = record.NodeId,
        activityType = record.ActivityType,
        activityTypeVersion = record.TypeVersion,
        activityName = record.ActivityName,
        startedAt = record.StartedAt,
        hasBookmarks = record.HasBookmarks,
        status = record.Status,
        metadata = new JsonObject(),
        completedAt = record.CompletedAt,
        aggregateFaultCount = record.FaultCount,
        id = record.Id,
    };

    /// <summary>Elsa's statistics per node (elsa-contract 2.14).</summary>
    public static IEnumerable<object> StatsOf(IEnumerable<RecordFacts> records) => records.GroupBy(record => record.NodeId, StringComparer.Ordinal).Select(group => new
    {
        activityId = group.First().ActivityId,
        activityNodeId = group.Key,
        startedCount = group.Count(),
        completedCount = group.Count(record => record.CompletedAt is not null),
        uncompletedCount = group.Count(record => record.CompletedAt is null),
        isBlocked = group.Any(record => record.HasBookmarks),
        isFaulted = group.Any(record => record.Status == "Faulted"),
        aggregateFaultCount = group.Last().FaultCount,
        metadata = new JsonObject(),
    });

    private static JsonObject? PayloadOf(RecordFacts record)
    {
        if (record.Outcomes is null && record.Sentence is null)
            return null;
        var payload = new JsonObject();
        if (record.Outcomes is not null)
            payload["Outcomes"] = ElsaJson.Parse(record.Outcomes);
        if (record.Sentence is not null)
            payload["Sentence"] = record.Sentence;
        return payload;
    }

    private static object? ExceptionOf(JsonNode? exception) => exception is null ? null : new
    {
        type = exception["Type"],
        message = exception["Message"],
        stackTrace = "",
        innerException = ExceptionOf(exception["InnerException"]),
    };

    private static int Depth(RecordFacts record, IReadOnlyList<RecordFacts> all)
    {
        var depth = 0;
        for (var by = record.ScheduledBy; by != 0 && depth < all.Count; by = all.FirstOrDefault(other => other.Number == by)?.ScheduledBy ?? 0)
            depth++;
        return depth;
    }
}
