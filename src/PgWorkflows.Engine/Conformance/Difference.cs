using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Conformance;

/// <summary>Finds the first difference between what a step expects and what was observed.</summary>
internal static class Difference
{
    // The journal tells most about a difference, so it is looked at first.
    private static readonly string[] Order =
    [
        "cannotStart", "returned", "journal", "status", "subStatus", "consoleLines", "incidents", "bookmarks", "activityRecords", "variables", "outputs",
    ];

    private static readonly string[] SubStatuses = ["Pending", "Executing", "Suspended", "Finished", "Cancelled", "Faulted"];

    /// <summary>One line that names the member, or null when all are the same.</summary>
    public static string? First(JsonElement expected, JsonObject observed)
    {
        var wanted = (JsonObject)JsonNode.Parse(expected.GetRawText())!;
        wanted.Remove("bookmarkRowsLeft"); // Rows of Elsa's store that its own state no longer has: there is no second place here that could keep them.
        return OfInstance(wanted, (JsonObject)observed.DeepClone(), "");
    }

    private static string? OfInstance(JsonObject expected, JsonObject observed, string path)
    {
        Loosen(expected);
        Loosen(observed);
        var names = Order.Concat(expected.Select(member => member.Key)).Concat(observed.Select(member => member.Key)).Distinct().ToList();
        foreach (var name in names.Where(name => name != "otherInstances"))
        {
            if (Of(expected[name], observed[name], path + name) is { } difference)
                return difference;
        }

        var (others, seen) = (expected["otherInstances"] as JsonArray ?? [], observed["otherInstances"] as JsonArray ?? []);
        if (others.Count != seen.Count)
            return $"{path}otherInstances: expected {others.Count}, observed {seen.Count}";
        return Enumerable.Range(0, others.Count)
            .Select(index => OfInstance((JsonObject)others[index]!, (JsonObject)seen[index]!, $"{path}otherInstances[{index}]."))
            .FirstOrDefault(difference => difference is not null);
    }

    private static string? Of(JsonNode? expected, JsonNode? observed, string path)
    {
        switch (expected, observed)
        {
            case (JsonObject wanted, JsonObject seen) when IsChildResult(wanted) && IsChildResult(seen):
                return OfMembers(Plain(wanted), Plain(seen));
            case (JsonObject wanted, JsonObject seen):
                return OfMembers(wanted, seen);
            case (JsonArray wanted, JsonArray seen):
                for (var index = 0; index < Math.Min(wanted.Count, seen.Count); index++)
                {
                    if (Of(wanted[index], seen[index], $"{path}[{index}]") is { } difference)
                        return difference;
                }

                return wanted.Count == seen.Count ? null
                    : $"{path}: expected {wanted.Count} items, observed {seen.Count}; first surplus: {Text((wanted.Count > seen.Count ? wanted : seen)[Math.Min(wanted.Count, seen.Count)])}";
            default:
                return JsonNode.DeepEquals(expected, observed) ? null : $"{path}: expected {Text(expected)}, observed {Text(observed)}";
        }

        string? OfMembers(JsonObject wanted, JsonObject seen) => wanted.Select(member => member.Key).Union(seen.Select(member => member.Key))
            .Select(name => Of(wanted[name], seen[name], $"{path}.{name}")).FirstOrDefault(difference => difference is not null);
    }

    /// <summary>Texts of failures come partly from .NET or the script engine: the activity and the kind are compared, an author's own message too.</summary>
    private static void Loosen(JsonObject instance)
    {
        foreach (var incident in (instance["incidents"] as JsonArray ?? []).OfType<JsonObject>())
        {
            incident["exceptionType"] = KindOf(incident["exceptionType"]?.GetValue<string>());
            if (incident["exceptionType"]!.GetValue<string>() != "Fault")
                incident.Remove("message");
            incident.Remove("innerExceptionType");
            incident.Remove("innerMessage");
            if (incident["exceptionType"]!.GetValue<string>() == "ActivityNotFound")
                incident.Remove("activityType"); // Elsa has put a placeholder in the activity's place.
        }

        foreach (var record in (instance["activityRecords"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (record["exceptions"] is not JsonArray exceptions)
                continue;
            record["exceptions"] = new JsonArray([.. exceptions.Select(type => type is null ? null : JsonValue.Create(KindOf(type.GetValue<string>())))]);
            if (exceptions.Any(type => KindOf(type?.GetValue<string>()) == "ActivityNotFound"))
                record.Remove("type");
        }

        foreach (var record in (instance["activityRecords"] as JsonArray ?? []).OfType<JsonObject>())
        {
            DropNulls(record);
            DropEmbedded(record);
        }

        // Sentences that activities say about their work are our own addition; Elsa's entries have a message when they tell of a fault.
        if (instance["journalMessages"] is not JsonArray messages)
            return;
        var kept = messages.Where(entry => entry![1]!.GetValue<string>() == "Faulted").Select(entry => (JsonNode)new JsonArray(entry![0]!.DeepClone(), "Faulted")).ToArray();
        instance.Remove("journalMessages");
        if (kept.Length > 0)
            instance["journalMessages"] = new JsonArray(kept);
    }

    /// <summary>An output without a value is the same as no output.</summary>
    private static void DropNulls(JsonObject record)
    {
        if (record["outputs"] is not JsonArray outputs)
            return;
        foreach (var output in outputs.OfType<JsonObject>())
        {
            foreach (var name in output.Where(member => member.Value is null).Select(member => member.Key).ToList())
                output.Remove(name);
        }

        if (outputs.All(output => output is not JsonObject { Count: > 0 }))
            record.Remove("outputs");
    }

    /// <summary>Elsa records the cases of a Switch with the activities in them, in the form of its own .NET types.</summary>
    private static void DropEmbedded(JsonObject record)
    {
        foreach (var input in (record["inputs"] as JsonArray ?? []).OfType<JsonObject>())
        {
            foreach (var @case in (input["Cases"] as JsonArray ?? []).OfType<JsonObject>())
                @case.Remove("activity");
        }
    }

    private static string KindOf(string? type) => type switch
    {
        _ when type?.EndsWith("FaultException", StringComparison.Ordinal) is true => "Fault",
        _ when type?.EndsWith("InputEvaluationException", StringComparison.Ordinal) is true || type?.EndsWith("InputException", StringComparison.Ordinal) is true || type == "System.ArgumentNullException" => "Input",
        _ when type?.EndsWith("ActivityNotFoundException", StringComparison.Ordinal) is true => "ActivityNotFound",
        _ => "Other",
    };

    /// <summary>The Result of ExecuteWorkflow, which Elsa writes in another form into variables than into records.</summary>
    private static bool IsChildResult(JsonObject json) => json.Any(member => member.Key.Equals("workflowInstanceId", StringComparison.OrdinalIgnoreCase));

    private static JsonObject Plain(JsonObject result) => new(result.Where(member => member.Value is not null).Select(member =>
    {
        var name = char.ToUpperInvariant(member.Key[0]) + member.Key[1..];
        var value = member.Value is JsonValue number && number.GetValueKind() == JsonValueKind.Number
            ? (name, number.GetValue<int>()) switch
            {
                ("Status", var status) => JsonValue.Create(status == 0 ? "Running" : "Finished"),
                ("SubStatus", var status) => JsonValue.Create(SubStatuses[status]),
                _ => number.DeepClone(),
            }
            : member.Value!.DeepClone();
        return KeyValuePair.Create(name, (JsonNode?)value);
    }));

    private static string Text(JsonNode? json)
    {
        var text = json?.ToJsonString(ValueConverter.Json) ?? "nothing";
        return text.Length > 300 ? text[..300] + "…" : text;
    }
}
