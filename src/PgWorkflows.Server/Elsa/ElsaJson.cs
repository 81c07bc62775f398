using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Server.Elsa;

/// <summary>How Elsa's API writes JSON (elsa-contract 1.1): camelCase, enums as names, no null members, keys of bags as they are.</summary>
internal static class ElsaJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        MaxDepth = DefinitionReader.MaxDepth + 16, // A definition stands inside of an answer.
        Encoder = JavaScriptEncoder.Default,
    };

    public static IResult Ok(object? value, int status = StatusCodes.Status200OK) => Results.Json(value, Options, "application/json", status);

    public static IResult List<T>(IReadOnlyCollection<T> items) => Ok(new { items, count = items.Count });

    /// <summary>Stored JSON as a node that can be changed.</summary>
    public static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json, documentOptions: new() { MaxDepth = DefinitionReader.MaxDepth, CommentHandling = JsonCommentHandling.Skip });

    /// <summary>A file for the browser to store.</summary>
    public static IResult File(JsonNode json, string name) =>
        Results.File(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString(Indented)), "application/octet-stream", name);

    public static JsonSerializerOptions Indented { get; } = new(Options) { WriteIndented = true };
}
