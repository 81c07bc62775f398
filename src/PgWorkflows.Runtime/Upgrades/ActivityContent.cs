using System.Text.Encodings.Web;
using System.Text.Json;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Runtime.Upgrades;

/// <summary>
/// What of an activity or definition decides how it runs, as texts by member. The designer writes members that say nothing (null, false, empty)
/// where a file leaves them out, so such a member counts as missing.
/// </summary>
internal static class ActivityContent
{
    private static readonly string[] DefinitionMembers = ["name", "description", "variables", "inputs", "outputs", "outcomes", "options", "customProperties"];

    /// <summary>Identity, places on the canvas, and what is compared activity by activity.</summary>
    private static readonly string[] NotCompared = ["id", "nodeId", "metadata", "activities", "connections", "workflowDefinitionVersionId", "latestAvailablePublishedVersion", "latestAvailablePublishedVersionId"];

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyDictionary<string, string> OfDefinition(JsonElement json) =>
        json.EnumerateObject().Where(member => DefinitionMembers.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
            .Select(member => (member.Name, Text: Meaning(member.Value))).Where(member => member.Text is not null)
            .ToDictionary(member => member.Name, member => member.Text!, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyDictionary<string, string> OfActivity(ActivityNode node)
    {
        var held = node.Children.Select(child => child.Port).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var content = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["label"] = node.Label };
        foreach (var member in node.Json.EnumerateObject())
        {
            if (!NotCompared.Contains(member.Name, StringComparer.OrdinalIgnoreCase) && !held.Contains(member.Name) && Meaning(member.Value) is { } text)
                content[member.Name] = text;
        }

        foreach (var port in node.Children.GroupBy(child => child.Port).Where(port => node.Connections.Count == 0))
            content[port.Key] = string.Join(", ", port.Select(child => child.Activity.Id)); // In a sequence the order decides; in a flowchart the connections.
        return content;
    }

    public static IReadOnlyList<MemberChange> Compare(IReadOnlyDictionary<string, string> edit, IReadOnlyDictionary<string, string> shipped) =>
    [
        .. edit.Keys.Union(shipped.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)
            .Select(name => new MemberChange(name, edit.GetValueOrDefault(name), shipped.GetValueOrDefault(name)))
            .Where(change => change.Edit != change.Shipped),
    ];

    /// <summary>The value with its members in order and without those that say nothing; null when nothing is left.</summary>
    private static string? Meaning(JsonElement value) => Canonical(value) switch
    {
        null => null,
        string text => text,
        // An input is told by what it is made of.
        SortedDictionary<string, object> input when input.TryGetValue("expression", out var expression) && expression is SortedDictionary<string, object> parts =>
            $"{parts.GetValueOrDefault("type") ?? "Literal"} {Written(parts.GetValueOrDefault("value"))}".TrimEnd(),
        SortedDictionary<string, object> output when output.TryGetValue("memoryReference", out var reference) && !output.ContainsKey("expression") => $"to {Written(reference)}",
        var other => Written(other),
    };

    private static string Written(object? value) => value as string ?? JsonSerializer.Serialize(value, Readable);

    private static object? Canonical(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new SortedDictionary<string, object>(StringComparer.Ordinal);
                foreach (var member in value.EnumerateObject())
                {
                    if (Canonical(member.Value) is { } inner)
                        members[member.Name] = inner;
                }

                return members.Count == 0 ? null : members;
            case JsonValueKind.Array:
                var items = value.EnumerateArray().Select(Canonical).ToList();
                return items.Count == 0 ? null : items;
            case JsonValueKind.String:
                return value.GetString() is { Length: > 0 } text ? text : null;
            case JsonValueKind.Number:
                return value.GetRawText();
            case JsonValueKind.True:
                return "true";
            default:
                return null;
        }
    }
}
