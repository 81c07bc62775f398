using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Api;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>The description of our API as a page: made of openapi.json, without a script.</summary>
internal static class ApiPage
{
    private static readonly Lazy<JsonNode> Document = new(() =>
    {
        using var stream = OpenApi.Document();
        return JsonNode.Parse(stream) ?? throw new JsonException("openapi.json is empty.");
    });

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/help/api", Show).RequirePermission(Permissions.ReadResources);

    private static PageResult Show(HttpContext context)
    {
        var page = Page.Of(context);
        var operations = Document.Value["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => Operation(page, path.Key, method.Key, method.Value!)));
        var shapes = Document.Value["components"]!["schemas"]!.AsObject().Select(shape => page.Html(
            $"<h3 id=\"shape-{shape.Key}\">{shape.Key}</h3><dl>{Members(page, shape.Value!)}</dl>"));
        return new(page, page.Say(Texts.Api), page.Html(
            $"""
            <h1>{Texts.Api}</h1>
            <p>{Text(Document.Value["info"]!, "description")} {Texts.ApiIntroduction} <a href="/api/openapi.json">openapi.json</a></p>
            {operations}
            <h2>{Texts.Shapes}</h2>
            {shapes}
            """));
    }

    private static Html Operation(Page page, string path, string method, JsonNode operation)
    {
        var parameters = operation["parameters"]?.AsArray().Select(parameter => page.Html(
            $"<dt><code>{Text(parameter!, "name")}</code></dt><dd>{Text(parameter!, "in")}, {Type(page, parameter!["schema"])} {Text(parameter!, "description")}</dd>")) ?? [];
        var body = operation["requestBody"]?["content"]?.AsObject().Select(content => page.Html($"<dt><code>body</code></dt><dd>{content.Key}: {Type(page, content.Value!["schema"])}</dd>")) ?? [];
        var answers = operation["responses"]!.AsObject().Select(answer => page.Html(
            $"<dt><code>{answer.Key}</code></dt><dd>{Text(answer.Value!, "description")}{answer.Value!["content"]?.AsObject().Select(content => page.Html($" – {Type(page, content.Value!["schema"])}")) ?? []}</dd>"));
        return page.Html(
            $"""
            <section class="card operation">
            <h2><code>{method.ToUpperInvariant()} {path}</code></h2>
            <p>{Text(operation, "summary")}</p>
            {(parameters.Concat(body).ToList() is { Count: > 0 } asked ? page.Html($"<h3>{Texts.Parameters}</h3><dl>{asked}</dl>") : default)}
            <h3>{Texts.Answers}</h3>
            <dl>{answers}</dl>
            </section>
            """);
    }

    private static IEnumerable<Html> Members(Page page, JsonNode shape) => shape["properties"]?.AsObject().Select(member => page.Html(
        $"<dt><code>{member.Key}</code></dt><dd>{Type(page, member.Value)} {Text(member.Value!, "description")}</dd>")) ?? [];

    private static Html Type(Page page, JsonNode? schema)
    {
        if (schema is null)
            return default;
        if (Text(schema, "$ref") is { Length: > 0 } reference)
            return page.Html($"<a href=\"#shape-{reference[(reference.LastIndexOf('/') + 1)..]}\">{reference[(reference.LastIndexOf('/') + 1)..]}</a>");
        if (schema["items"] is { } items)
            return page.Html($"[ {Type(page, items)} ]");
        if (schema["properties"] is JsonObject members)
            return page.Html($"{{ {members.Select((member, i) => page.Html($"{(i == 0 ? "" : ", ")}{member.Key}: {Type(page, member.Value)}"))} }}");
        var type = schema["type"] is JsonArray several ? string.Join(" | ", several.Select(one => one!.ToString())) : Text(schema, "type");
        var limits = schema["enum"] is JsonArray words ? $": {string.Join(", ", words.OfType<JsonNode>().Select(word => word.ToString()))}"
            : Text(schema, "minimum") is { Length: > 0 } least ? $" {least}–{Text(schema, "maximum")}" : "";
        return page.Html($"<span class=\"quiet\">{type}{limits}</span>");
    }

    private static string Text(JsonNode node, string member) => node[member]?.ToString() ?? "";
}
