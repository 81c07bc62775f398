using System.Text.Json;

namespace PgWorkflows.Engine.Definitions;

/// <summary>Which properties of Elsa's activities hold other activities (elsa-contract 1.11, ports marked E).</summary>
internal static class EmbeddedPorts
{
    /// <summary>A property that holds an activity, a list of them, or a list of cases with an activity each.</summary>
    internal sealed record Port(string Name, bool IsList = false, bool IsCases = false);

    private static readonly Port[] None = [];
    private static readonly Port[] Activities = [new("activities", IsList: true)];
    private static readonly Port[] Body = [new("body")];

    public static Port[] Of(string type) => type switch
    {
        "Elsa.Flowchart" or "Elsa.Sequence" or "Elsa.Parallel" => Activities,
        "Elsa.If" => [new("then"), new("else")],
        "Elsa.While" or "Elsa.For" or "Elsa.ForEach" or "Elsa.ParallelForEach" or "Elsa.FlowNode" => Body,
        "Elsa.Switch" => [new("cases", IsCases: true), new("default")],
        "Elsa.Fork" => [new("branches", IsList: true)],
        "Elsa.SendHttpRequest" => [new("expectedStatusCodes", IsCases: true), new("unmatchedStatusCode"), new("failedToConnect"), new("timeout")],
        "Elsa.BulkDispatchWorkflows" => [new("childCompleted"), new("childFaulted")],
        _ => None,
    };
}

/// <summary>Reading JSON members the way Elsa's server does.</summary>
internal static class JsonMembers
{
    /// <summary>Parses JSON whose texts are all valid Unicode; the parser itself finds out only when a text is read.</summary>
    /// <exception cref="JsonException">It is not JSON, or a text in it is not Unicode.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, JsonDocumentOptions options)
    {
        using var document = JsonDocument.Parse(utf8, options);
        try
        {
            ReadTexts(document.RootElement);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A text in it is not valid Unicode.", e);
        }

        return document.RootElement.Clone();
    }

    private static void ReadTexts(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            json.GetString();
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
                ReadTexts(item);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
            {
                _ = member.Name;
                ReadTexts(member.Value);
            }
        }
    }

    /// <summary>The text, or null when it is something else.</summary>
    public static string? AsText(this JsonElement json) => json.ValueKind == JsonValueKind.String ? json.GetString() : null;

    /// <summary>The member of that camelCase name, also when written in another case; null when it is not there.</summary>
    public static JsonElement? Member(this JsonElement json, string camelCase)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        if (json.TryGetProperty(camelCase, out var value))
            return value;
        foreach (var property in json.EnumerateObject())
        {
            if (property.Name.Equals(camelCase, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }

        return null;
    }
}
