using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Workflow definitions as they are read: lists, one, its versions (elsa-contract 3.3).</summary>
internal static class DefinitionsApi
{
    public static void MapDefinitions(this IEndpointRouteBuilder api)
    {
        var read = api.MapGroup("/workflow-definitions").RequirePermission("read:workflow-definitions");
        read.MapGet("/", ListAsync);
        read.MapGet("/{definitionId}", GetAsync);
        read.MapGet("/by-definition-id/{definitionId}", GetAsync);
        read.MapGet("/by-id/{versionId}", GetVersionAsync);
        read.MapGet("/many-by-id", GetManyAsync);
        read.MapGet("/{definitionId}/versions", VersionsAsync);
        read.MapGet("/{definitionId}/consumers", ConsumersAsync);
        read.MapGet("/validation/is-name-unique", IsNameUniqueAsync);
        read.MapGet("/query/count", CountAsync);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, Installation installation, DefinitionModels models, DefinitionLinks links, Caller caller, CancellationToken cancellationToken)
    {
        var query = new Query(context);
        var (skip, take) = Query.Page(query.Number("page"), query.Number("pageSize", 10_000));
        if (query.Flag("isSystem") is true || query.Flag("isReadonly") is true || query.Text("materializerName") is { } materializer && materializer != "Json")
            return ElsaJson.Ok(new { items = Array.Empty<object>(), totalCount = 0, links = links.OfPage(caller) }); // There are no such definitions here.
        var versions = query.Versions("versionOptions");
        var (items, total) = await installation.Definitions.ListAsync(new()
        {
            Versions = versions,
            DefinitionIds = query.Texts("definitionIds"),
            VersionIds = query.Texts("ids"),
            Search = query.Text("searchTerm"),
            Order = query.Choice<DefinitionOrder>("orderBy") ?? DefinitionOrder.Name,
            Descending = query.Choice<OrderDirection>("orderDirection") == OrderDirection.Descending,
            Skip = skip,
            Take = take,
        }, cancellationToken);
        return ElsaJson.Ok(new { items = items.Select(item => models.SummaryOf(item, caller)), totalCount = total, links = links.OfPage(caller) });
    }

    private static async Task<IResult> GetAsync(
        string definitionId, HttpContext context, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken)
    {
        var choice = new Query(context).Versions("versionOptions", VersionKind.Latest);
        return await installation.Definitions.ChooseAsync(definitionId, choice, cancellationToken) is { } version
            ? ElsaJson.Ok(await models.OfAsync(version, caller, cancellationToken)) : Results.NotFound();
    }

    private static async Task<IResult> GetVersionAsync(string versionId, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken) =>
        await installation.Definitions.VersionAsync(versionId, cancellationToken) is { } version
            ? ElsaJson.Ok(await models.OfAsync(version, caller, cancellationToken)) : Results.NotFound();

    private static async Task<IResult> GetManyAsync(HttpContext context, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken)
    {
        var ids = new Query(context).Texts("ids");
        var items = new List<object>();
        if (ids.Count > 0)
        {
            foreach (var version in (await installation.Definitions.ListAsync(new() { VersionIds = ids }, cancellationToken)).Items)
                items.Add(await models.OfAsync(version, caller, cancellationToken));
        }

        return ElsaJson.List(items);
    }

    private static async Task<IResult> VersionsAsync(string definitionId, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken)
    {
        var (items, _) = await installation.Definitions.ListAsync(new() { DefinitionIds = [definitionId], Order = DefinitionOrder.Version, Descending = true }, cancellationToken);
        return items.Count == 0 ? Results.NotFound() : ElsaJson.Ok(new { items = items.Select(item => models.SummaryOf(item, caller)) });
    }

    private static async Task<IResult> ConsumersAsync(string definitionId, Installation installation, CancellationToken cancellationToken) =>
        ElsaJson.Ok(new { consumingWorkflowDefinitionIds = (await UsersOfAsync(new HashSet<string>(StringComparer.Ordinal) { definitionId }, installation, cancellationToken)).Select(item => item.DefinitionId) });

    /// <summary>The latest versions of the workflows that use one of these, or use one that does, and are not among them.</summary>
    public static async Task<IReadOnlyList<DefinitionVersion>> AllUsersOfAsync(IReadOnlyList<DefinitionVersion> versions, Installation installation, CancellationToken cancellationToken)
    {
        var known = versions.Select(version => version.DefinitionId).ToHashSet(StringComparer.Ordinal);
        var consumers = new List<DefinitionVersion>();
        while ((await UsersOfAsync(known, installation, cancellationToken)).Where(user => known.Add(user.DefinitionId)).ToList() is { Count: > 0 } more)
            consumers.AddRange(more);
        return consumers;
    }

    private static async Task<IReadOnlyList<DefinitionVersion>> UsersOfAsync(IReadOnlySet<string> definitionIds, Installation installation, CancellationToken cancellationToken)
    {
        var (items, _) = await installation.Definitions.ListAsync(new() { Versions = new(VersionKind.Latest) }, cancellationToken);
        return [.. items.Where(item => item.Definition.Root?.SelfAndDescendants().Any(activity => activity.Workflow?.DefinitionId is { } used && definitionIds.Contains(used)) is true)];
    }

    private static async Task<IResult> IsNameUniqueAsync(HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var query = new Query(context);
        var (name, definitionId) = (query.Text("name")?.Trim() ?? throw new Refusal("name", "A name is expected here."), query.Text("definitionId"));
        var (items, _) = await installation.Definitions.ListAsync(new() { Search = name }, cancellationToken);
        return ElsaJson.Ok(new { isUnique = !items.Any(item => item.DefinitionId != definitionId && item.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) });
    }

    private static async Task<IResult> CountAsync(Installation installation, CancellationToken cancellationToken) =>
        ElsaJson.Ok(new { count = (await installation.Definitions.ListAsync(new() { Versions = new(VersionKind.Latest), Take = 0 }, cancellationToken)).Total });
}
