using System.Text.Json.Nodes;
using PgWorkflows.Persistence.Definitions;

namespace PgWorkflows.Server.Elsa;

/// <summary>The links by which Studio decides what may be edited (elsa-contract 3.3); their targets are never followed.</summary>
internal static class DefinitionLinks
{
    public static JsonArray Of(DefinitionVersion version)
    {
        var path = $"/workflow-definitions/{version.DefinitionId}";
        JsonArray links =
        [
            Link(path, "self", "GET"),
            Link($"/workflow-definitions/by-definition-id/{version.DefinitionId}", "self", "GET"),
            Link($"{path}/versions", "versions", "GET"),
            Link($"{path}/bulk-dispatch", "bulk-dispatch", "POST"),
            Link($"{path}/dispatch", "dispatch", "POST"),
            Link($"{path}/execute", "execute", "POST"),
            Link($"{path}/export", "export", "POST"),
        ];
        if (version.IsDeleted || version.IsOffer)
            return links;
        links.Add(Link($"{path}/publish", "publish", "POST"));
        links.Add(Link($"{path}/retract", "retract", "POST"));
        links.Add(Link(path, "delete", "DELETE"));
        links.Add(Link($"{path}/import", "import", "PUT"));
        links.Add(Link($"{path}/update-references", "update-references", "POST"));
        return links;
    }

    public static JsonArray OfPage() =>
    [
        Link("/workflow-definitions", "self", "GET"),
        Link("/workflow-definitions/validation/is-name-unique", "is-name-unique", "GET"),
        Link("/workflow-definitions/query/count", "count", "GET"),
        Link("/workflow-definitions/many-by-id", "many-by-id", "GET"),
        Link("/bulk-actions/delete/workflow-definitions/by-definition-id", "bulk-delete-by-definition-id", "POST"),
        Link("/bulk-actions/delete/workflow-definitions/by-id", "bulk-delete-by-id", "POST"),
        Link("/bulk-actions/publish/workflow-definitions/by-definition-ids", "bulk-publish", "POST"),
        Link("/bulk-actions/retract/workflow-definitions/by-definition-ids", "bulk-retract", "POST"),
        Link("/workflow-definitions/import", "import", "POST"),
        Link("/workflow-definitions/import-files", "import-files", "POST"),
        Link("/workflow-definitions", "create", "POST"),
    ];

    private static JsonObject Link(string href, string rel, string method) => new() { ["href"] = href, ["rel"] = rel, ["method"] = method };
}
