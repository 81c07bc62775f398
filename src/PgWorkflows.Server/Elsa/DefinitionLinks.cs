using System.Collections.Frozen;
using System.Text.Json.Nodes;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>
/// The links by which Studio decides what may be edited (elsa-contract 3.3); their targets are never followed. A caller gets those
/// whose routes would let the caller in: the permissions are read from the routes themselves.
/// </summary>
internal sealed class DefinitionLinks(EndpointDataSource routes)
{
    private const string One = "/workflow-definitions/{definitionId}";

    private static readonly Link[] Always =
    [
        new(One, "self", "GET"),
        new("/workflow-definitions/by-definition-id/{definitionId}", "self", "GET"),
        new($"{One}/versions", "versions", "GET"),
        new($"{One}/bulk-dispatch", "bulk-dispatch", "POST"),
        new($"{One}/dispatch", "dispatch", "POST"),
        new($"{One}/execute", "execute", "POST"),
        new($"{One}/export", "export", "POST"),
    ];

    private static readonly Link[] Editing =
    [
        new($"{One}/publish", "publish", "POST"),
        new($"{One}/retract", "retract", "POST"),
        new(One, "delete", "DELETE"),
        new($"{One}/import", "import", "PUT"),
        new($"{One}/update-references", "update-references", "POST"),
    ];

    private static readonly Link[] Page =
    [
        new("/workflow-definitions", "self", "GET"),
        new("/workflow-definitions/validation/is-name-unique", "is-name-unique", "GET"),
        new("/workflow-definitions/query/count", "count", "GET"),
        new("/workflow-definitions/many-by-id", "many-by-id", "GET"),
        new("/bulk-actions/delete/workflow-definitions/by-definition-id", "bulk-delete-by-definition-id", "POST"),
        new("/bulk-actions/delete/workflow-definitions/by-id", "bulk-delete-by-id", "POST"),
        new("/bulk-actions/publish/workflow-definitions/by-definition-ids", "bulk-publish", "POST"),
        new("/bulk-actions/retract/workflow-definitions/by-definition-ids", "bulk-retract", "POST"),
        new("/workflow-definitions/import", "import", "POST"),
        new("/workflow-definitions/import-files", "import-files", "POST"),
        new("/workflow-definitions", "create", "POST"),
    ];

    // Read at the first request: then all routes are there.
    private readonly Lazy<FrozenDictionary<Link, string>> _permissions = new(() => PermissionsOf(routes));

    public JsonArray Of(DefinitionVersion version, Caller caller) =>
        Write(version.IsDeleted || version.IsOffer ? Always : [.. Always, .. Editing], caller, version.DefinitionId);

    public JsonArray OfPage(Caller caller) => Write(Page, caller, "");

    private JsonArray Write(IEnumerable<Link> links, Caller caller, string definitionId) =>
    [
        .. links.Where(link => caller.May(_permissions.Value[link])).Select(link => new JsonObject
        {
            ["href"] = link.Route.Replace("{definitionId}", definitionId, StringComparison.Ordinal),
            ["rel"] = link.Rel,
            ["method"] = link.Method,
        }),
    ];

    private static FrozenDictionary<Link, string> PermissionsOf(EndpointDataSource routes)
    {
        var permissions = new Dictionary<(string Route, string Method), string>();
        foreach (var route in routes.Endpoints.OfType<RouteEndpoint>())
        {
            if (route.Metadata.GetMetadata<PermissionMetadata>() is not { } asked)
                continue;
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
                permissions[(route.RoutePattern.RawText!.TrimEnd('/'), method)] = asked.Permission;
        }

        return Always.Concat(Editing).Concat(Page).ToFrozenDictionary(link => link, link => permissions[(ElsaApiSetup.Path + link.Route, link.Method)]);
    }

    private sealed record Link(string Route, string Rel, string Method);
}
