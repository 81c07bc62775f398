using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Server.Elsa;

/// <summary>A definition as a request brings it, looked at before anything is stored.</summary>
/// <param name="DefinitionId">The definition it belongs to; null for a new one.</param>
/// <param name="Content">Its JSON, with everything that we do not know.</param>
internal sealed record DefinitionInput(string? DefinitionId, JsonObject Content)
{
    private const int MaxName = 200;

    public static DefinitionInput Read(JsonElement json, string path, string? definitionId = null)
    {
        var fields = new Fields(json, path);
        var id = definitionId ?? fields.Text("definitionId", 100);
        if (!string.IsNullOrEmpty(id) && !IsId(id))
            throw new Refusal(fields.Name("definitionId"), "An id has at most 100 letters, digits, '.', '-' and '_'.");

        var name = fields.Text("name", MaxName)?.Trim();
        if (string.IsNullOrEmpty(name))
            throw new Refusal(fields.Name("name"), "A workflow needs a name.");
        if (name.Any(char.IsControl))
            throw new Refusal(fields.Name("name"), "A name has no control characters.");
        var description = fields.Text("description", 10_000)?.Trim();
        fields.Text("toolVersion", 100);
        foreach (var list in new[] { "variables", "inputs", "outputs", "outcomes" })
            Expect(fields, list, JsonValueKind.Array, "A list is expected here.");
        foreach (var bag in new[] { "customProperties", "options", "root" })
            Expect(fields, bag, JsonValueKind.Object, "A JSON object is expected here.");

        var content = JsonObject.Create(json)!.DeepClone().AsObject();
        foreach (var member in content.Where(member => member.Value is null).Select(member => member.Key).ToList())
            content.Remove(member);
        content["name"] = name;
        if (description is not null)
            content["description"] = description;
        content["root"] ??= new JsonObject { ["id"] = "Sequence1", ["name"] = "Sequence1", ["type"] = "Elsa.Sequence", ["version"] = 1, ["activities"] = new JsonArray() };
        Check(content, id, path);
        return new(string.IsNullOrEmpty(id) ? null : id, content);
    }

    public static bool IsId(string id) => id.Length is > 0 and <= 100 && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_') && id.Trim('.').Length > 0;

    private static void Check(JsonObject content, string? id, string path)
    {
        var probe = (JsonObject)content.DeepClone();
        probe["definitionId"] = string.IsNullOrEmpty(id) ? "new" : id;
        foreach (var ours in new[] { "id", "version" })
            probe.Remove(ours); // The client's are not used.
        var (definition, findings) = DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(probe.ToJsonString(ElsaJson.Options)));
        if (definition is null)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, findings.GroupBy(finding => finding.Place.Replace("$", path, StringComparison.Ordinal).TrimStart('.'))
                .ToDictionary(group => group.Key, group => group.Select(finding => $"{finding.Problem}. {finding.Cure}.").ToArray()));
        }
    }

    private static void Expect(Fields fields, string member, JsonValueKind kind, string otherwise)
    {
        if (fields.Get(member) is { } value && value.ValueKind != kind)
            throw new Refusal(fields.Name(member), otherwise);
    }
}
