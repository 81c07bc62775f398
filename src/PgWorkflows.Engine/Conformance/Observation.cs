using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Conformance;

/// <summary>Takes down what the runs of a host have come to, in the fixtures' own format.</summary>
internal static class Observation
{
    public static void Add(JsonObject step, MemoryHost host, Func<MemoryHost.Run, string> labelOf, MemoryHost.Run? main)
    {
        var ids = host.Runs.ToDictionary(run => run.Instance.Id, run => $"<instance:{labelOf(run)}>");
        if (main is not null)
        {
            foreach (var (name, value) in Of(main, ids).ToList())
                step[name] = value?.DeepClone();
        }

        var others = host.Runs.Where(run => run != main).Select(run =>
        {
            var json = new JsonObject { ["instance"] = labelOf(run), ["definitionId"] = run.Instance.Program.Definition.DefinitionId };
            foreach (var (name, value) in Of(run, ids).ToList())
                json[name] = value?.DeepClone();
            return (JsonNode)json;
        }).ToArray();
        if (others.Length > 0)
            step["otherInstances"] = new JsonArray(others);
        step["consoleLines"] = new JsonArray([.. host.Lines.Select(line => Named(JsonValue.Create(line), ids))]);
    }

    private static JsonObject Of(MemoryHost.Run run, Dictionary<string, string> ids)
    {
        var instance = run.Instance;
        var json = new JsonObject { ["status"] = instance.Status.ToString(), ["subStatus"] = instance.SubStatus.ToString() };
        if (instance.CorrelationId is { } correlation)
            json["correlationId"] = correlation;
        if (instance.Name is { } name)
            json["name"] = name;
        if (instance.ParentInstanceId is not null)
            json["hasParent"] = true;

        json["outputs"] = Values(instance.Output, ids);
        json["variables"] = Values(instance.Variables, ids);
        json["incidents"] = new JsonArray([.. instance.Incidents.Select(Incident)]);
        json["bookmarks"] = new JsonArray([.. instance.Bookmarks.OrderBy(bookmark => bookmark.ActivityId, StringComparer.Ordinal).Select(bookmark => (JsonNode)new JsonObject
        {
            ["activityId"] = bookmark.ActivityId,
            ["name"] = bookmark.Name,
            ["payload"] = Payload(bookmark, ids),
        })]);
        json["journal"] = new JsonArray([.. run.Journal.Select(entry => (JsonNode)new JsonArray(entry.Node.Id, entry.EventName))]);
        var messages = run.Journal.Where(entry => entry.Message is not null)
            .Select(entry => (JsonNode)new JsonArray(entry.Node.Id, entry.EventName, entry.Message)).ToArray();
        if (messages.Length > 0)
            json["journalMessages"] = new JsonArray(messages);
        json["activityRecords"] = new JsonArray([.. run.Records.Values.GroupBy(record => record.Node.NodeId).Select(group => Records([.. group], instance, ids))]);
        return json;
    }

    private static JsonNode Incident(Incident incident)
    {
        var json = new JsonObject
        {
            ["activityId"] = incident.ActivityId,
            ["activityType"] = incident.ActivityType,
            ["exceptionType"] = incident.Exception?.Type,
            ["message"] = incident.Message,
        };
        if (incident.Exception?.InnerException is { } inner)
            (json["innerExceptionType"], json["innerMessage"]) = (inner.Type, inner.Message);
        return json;
    }

    private static JsonNode Records(ActivityContext[] records, WorkflowInstance instance, Dictionary<string, string> ids)
    {
        var node = records[0].Node;
        var json = new JsonObject
        {
            ["activityId"] = node.Id,
            ["nodeId"] = node.NodeId,
            ["type"] = node.Type,
            ["count"] = records.Length,
            ["statuses"] = new JsonArray([.. records.Select(record => JsonValue.Create(record.Status.ToString()))]),
        };
        Put("outcomes", record => record.Outcomes is null ? null : new JsonArray([.. record.Outcomes.Select(outcome => JsonValue.Create(outcome))]));
        Put("hasBookmarks", record => instance.Bookmarks.Any(bookmark => bookmark.Number == record.Number) ? true : null, empty: false);
        Put("aggregateFaultCounts", record => record.FaultCount > 0 ? record.FaultCount : null, empty: 0);
        Put("inputs", record => record.Inputs.Count == 0 ? null : Values(record.Inputs, ids), new JsonObject());
        Put("outputs", record => record.Outputs.Count == 0 ? null : Values(record.Outputs, ids), new JsonObject());
        Put("exceptions", record => record.Exception?.Type);
        return json;

        // A list that would only hold empty values is left out.
        void Put(string name, Func<ActivityContext, JsonNode?> valueOf, JsonNode? empty = null)
        {
            var values = records.Select(valueOf).ToArray();
            if (Array.Exists(values, value => value is not null))
                json[name] = new JsonArray([.. values.Select(value => value ?? empty?.DeepClone())]);
        }
    }

    private static JsonObject Values(IReadOnlyDictionary<string, object?> values, Dictionary<string, string> ids) =>
        new(values.Select(pair => KeyValuePair.Create(pair.Key, Named(JsonSerializer.SerializeToNode(pair.Value, ValueConverter.Json), ids))));

    private static JsonNode? Payload(Bookmark bookmark, Dictionary<string, string> ids)
    {
        var payload = Named(JsonSerializer.SerializeToNode(bookmark.Payload, ValueConverter.Json), ids);
        if (payload is JsonObject json)
        {
            if (json.ContainsKey("ResumeAt"))
                json["ResumeAt"] = "<time>";
            if (json.ContainsKey("TaskId"))
                json["TaskId"] = "<id>";
        }

        return payload;
    }

    /// <summary>The same JSON with the labels of instances in place of their ids.</summary>
    private static JsonNode? Named(JsonNode? json, Dictionary<string, string> ids) => json switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Named(member.Value, ids)))),
        JsonArray items => new JsonArray([.. items.Select(item => Named(item, ids))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(ids.Aggregate(text, (current, id) => current.Replace(id.Key, id.Value, StringComparison.Ordinal))),
        _ => json?.DeepClone(),
    };
}
