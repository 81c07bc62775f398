using System.Text.Json.Nodes;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>The journal of a run (elsa-contract 3.6).</summary>
internal static class JournalApi
{
    private const int MaxTake = 1000;

    public static void MapJournal(this IEndpointRouteBuilder api)
    {
        var journal = api.MapGroup("/workflow-instances/{id}/journal").RequirePermission("read:workflow-instances");
        journal.MapGet("/", GetAsync);
        journal.MapPost("/", FilterAsync);
        journal.MapGet("/{activityId}", LastAsync);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var query = new Query(context);
        var (skip, take) = query.Number("page") is { } page ? Query.Page(page, query.Number("pageSize", MaxTake)) : (query.Number("skip", int.MaxValue) ?? 0, query.Number("take", MaxTake) ?? 100);
        return await AnswerAsync(new(id) { Skip = skip, Take = take ?? 100 }, installation, cancellationToken);
    }

    private static async Task<IResult> FilterAsync(string id, HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var (query, body) = (new Query(context), await RequestBody.ReadOptionalAsync(context));
        var filter = body.Object("filter");
        return await AnswerAsync(new(id)
        {
            ActivityIds = filter?.Texts("activityIds"),
            NodeIds = filter?.Texts("activityNodeIds"),
            EventNames = filter?.Texts("eventNames"),
            ExcludedTypes = filter?.Texts("excludedActivityTypes") ?? [],
            Skip = query.Number("skip", int.MaxValue) ?? body.Number("skip", 0, int.MaxValue) ?? 0,
            Take = Math.Min(MaxTake, query.Number("take", int.MaxValue) ?? body.Number("take", 0, int.MaxValue) ?? 100),
        }, installation, cancellationToken);
    }

    private static async Task<IResult> LastAsync(string id, string activityId, HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var eventName = new Query(context).Text("eventName");
        var query = new JournalQuery(id) { ActivityIds = [activityId], EventNames = eventName is null ? null : [eventName], Take = int.MaxValue };
        var (items, _) = await installation.Log.JournalAsync(query, cancellationToken);
        if (items is not [.., var last] || await installation.Instances.FindAsync(id, cancellationToken) is not { } facts)
            return Results.NotFound();
        return ElsaJson.Ok(new
        {
            workflowDefinitionId = facts.DefinitionId,
            workflowDefinitionVersionId = facts.VersionId,
            workflowInstanceId = id,
            workflowVersion = facts.Version,
            activityInstanceId = $"{id}-{last.Number}",
            parentActivityInstanceId = last.ParentNumber == 0 ? null : $"{id}-{last.ParentNumber}",
            activityId = last.ActivityId,
            activityType = last.ActivityType,
            activityTypeVersion = last.TypeVersion,
            activityName = last.ActivityName,
            activityNodeId = last.NodeId,
            timestamp = last.Timestamp,
            sequence = last.Sequence,
            eventName = last.EventName,
            message = MessageOf(last),
            payload = PayloadOf(last),
            id = $"{id}-j{last.Sequence}",
        });
    }

    private static async Task<IResult> AnswerAsync(JournalQuery query, Installation installation, CancellationToken cancellationToken)
    {
        var (items, totalCount) = await installation.Log.JournalAsync(query, cancellationToken);
        return ElsaJson.Ok(new { items = items.Select(EntryOf), totalCount });
    }

    public static object EntryOf(JournalFacts entry) => new
    {
        id = $"{entry.InstanceId}-j{entry.Sequence}",
        activityInstanceId = $"{entry.InstanceId}-{entry.Number}",
        parentActivityInstanceId = entry.ParentNumber == 0 ? null : $"{entry.InstanceId}-{entry.ParentNumber}",
        activityId = entry.ActivityId,
        activityType = entry.ActivityType,
        activityTypeVersion = entry.TypeVersion,
        activityName = entry.ActivityName,
        nodeId = entry.NodeId,
        timestamp = entry.Timestamp,
        sequence = entry.Sequence,
        eventName = entry.EventName,
        message = MessageOf(entry),
        payload = PayloadOf(entry),
    };

    /// <summary>Elsa leaves the message of a completion empty; here it is the sentence that tells what the step found.</summary>
    private static string? MessageOf(JournalFacts entry) => entry.Message ?? (entry.EventName == "Completed" ? entry.Sentence : null);

    private static JsonObject? PayloadOf(JournalFacts entry) => entry.EventName switch
    {
        "Completed" when entry.Outcomes is not null => new() { ["Outcomes"] = ElsaJson.Parse(entry.Outcomes) },
        "Faulted" when ElsaJson.Parse(entry.Exception) is { } exception => new()
        {
            ["Exception"] = exception["Type"]?.DeepClone(),
            ["Message"] = exception["Message"]?.DeepClone(),
            ["InnerException"] = exception["InnerException"]?["Type"]?.DeepClone(),
        },
        _ => null,
    };
}
