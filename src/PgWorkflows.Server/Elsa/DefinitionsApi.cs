using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Validation;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Workflow definitions: lists, one, drafts, publishing (elsa-contract 3.3).</summary>
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

        api.MapPost("/workflow-definitions", SaveAsync).RequirePermission("write:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/publish", PublishAsync).RequirePermission("publish:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/retract", RetractAsync).RequirePermission("retract:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/revert/{version:int}", RevertAsync).RequirePermission("publish:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/update-references", UpdateReferencesAsync).RequirePermission("publish:workflow-definitions");
        api.MapDelete("/workflow-definitions/{definitionId}", DeleteAsync).RequirePermission("delete:workflow-definitions");
        api.MapDelete("/workflow-definitions/{definitionId}/version/{version:int}", DeleteNumberAsync).RequirePermission("delete:workflow-definitions");
        api.MapDelete("/workflow-definition-versions/{versionId}", DeleteVersionAsync).RequirePermission("delete:workflow-definitions");
    }

    private static async Task<IResult> ListAsync(HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var query = new Query(context);
        var (skip, take) = Query.Page(query.Number("page"), query.Number("pageSize", 10_000));
        if (query.Flag("isSystem") is true || query.Flag("isReadonly") is true || query.Text("materializerName") is { } materializer && materializer != "Json")
            return ElsaJson.Ok(new { items = Array.Empty<object>(), totalCount = 0, links = DefinitionLinks.OfPage() }); // There are no such definitions here.
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
        return ElsaJson.Ok(new { items = items.Select(item => DefinitionModels.SummaryOf(item)), totalCount = total, links = DefinitionLinks.OfPage() });
    }

    private static async Task<IResult> GetAsync(string definitionId, HttpContext context, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        var choice = new Query(context).Versions("versionOptions", VersionKind.Latest);
        return await installation.Definitions.ChooseAsync(definitionId, choice, cancellationToken) is { } version
            ? ElsaJson.Ok(await models.OfAsync(version, cancellationToken)) : Results.NotFound();
    }

    private static async Task<IResult> GetVersionAsync(string versionId, Installation installation, DefinitionModels models, CancellationToken cancellationToken) =>
        await installation.Definitions.VersionAsync(versionId, cancellationToken) is { } version
            ? ElsaJson.Ok(await models.OfAsync(version, cancellationToken)) : Results.NotFound();

    private static async Task<IResult> GetManyAsync(HttpContext context, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        var ids = new Query(context).Texts("ids");
        var items = new List<object>();
        if (ids.Count > 0)
        {
            foreach (var version in (await installation.Definitions.ListAsync(new() { VersionIds = ids }, cancellationToken)).Items)
                items.Add(await models.OfAsync(version, cancellationToken));
        }

        return ElsaJson.List(items);
    }

    private static async Task<IResult> VersionsAsync(string definitionId, Installation installation, CancellationToken cancellationToken)
    {
        var (items, _) = await installation.Definitions.ListAsync(new() { DefinitionIds = [definitionId], Order = DefinitionOrder.Version, Descending = true }, cancellationToken);
        return items.Count == 0 ? Results.NotFound() : ElsaJson.Ok(new { items = items.Select(item => DefinitionModels.SummaryOf(item)) });
    }

    private static async Task<IResult> ConsumersAsync(string definitionId, Installation installation, CancellationToken cancellationToken)
    {
        var (items, _) = await installation.Definitions.ListAsync(new() { Versions = new(VersionKind.Latest) }, cancellationToken);
        return ElsaJson.Ok(new
        {
            consumingWorkflowDefinitionIds = items.Where(item => item.Definition.Root?.SelfAndDescendants().Any(activity => activity.Workflow?.DefinitionId == definitionId) is true)
                .Select(item => item.DefinitionId),
        });
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

    private static async Task<IResult> SaveAsync(HttpContext context, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(context, DefinitionReader.MaxBytes);
        if (body.Get("model") is not { } model)
            throw new Refusal("model", "The definition is missing.");
        var publish = body.Flag("publish") is true;
        var input = DefinitionInput.Read(model, "model");
        if (publish)
            await Publishing.RequireValidAsync(installation, input, cancellationToken);
        var draft = await installation.Definitions.SaveDraftAsync(input.DefinitionId ?? RunIds.New(), input.Content, cancellationToken);
        return publish ? await Publishing.PublishAsync(draft, installation, models, cancellationToken) : await AnswerAsync(draft, false, models, cancellationToken);
    }

    private static async Task<IResult> PublishAsync(string definitionId, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        if (await installation.Definitions.ChooseAsync(definitionId, new(VersionKind.Latest), cancellationToken) is not { } latest)
            return Results.NotFound();
        return latest.IsPublished ? await AnswerAsync(latest, true, models, cancellationToken) : await Publishing.PublishAsync(latest, installation, models, cancellationToken);
    }

    public static async Task<IResult> AnswerAsync(DefinitionVersion version, bool alreadyPublished, DefinitionModels models, CancellationToken cancellationToken) =>
        ElsaJson.Ok(new { workflowDefinition = await models.OfAsync(version, cancellationToken), alreadyPublished, consumingWorkflowCount = 0, validationErrors = Array.Empty<object>() });

    private static async Task<IResult> RetractAsync(string definitionId, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        if (await installation.Definitions.ChooseAsync(definitionId, null, cancellationToken) is null)
            return Results.NotFound();
        var retracted = await installation.Definitions.RetractAsync(definitionId, cancellationToken)
            ?? throw new Refusal(Refusal.General, $"Workflow with id {definitionId} is not published");
        if (retracted.IsPublished)
            throw new Refusal(StatusCodes.Status403Forbidden, Refusal.General, $"'{retracted.Name}' came with the program and always has a published version. Publish an edit of it instead.");
        return ElsaJson.Ok(await models.OfAsync(retracted, cancellationToken));
    }

    private static async Task<IResult> RevertAsync(string definitionId, int version, Installation installation, HttpContext context, CancellationToken cancellationToken)
    {
        if (await installation.Definitions.RevertAsync(definitionId, version, cancellationToken) is not { } draft)
            return Results.NotFound();
        context.Response.Headers.Location = $"{ElsaApiSetup.Path}/workflow-definitions/by-id/{draft.VersionId}";
        return ElsaJson.Ok(DefinitionModels.SummaryOf(draft, withLinks: false), StatusCodes.Status201Created);
    }

    private static async Task<IResult> UpdateReferencesAsync(string definitionId, Installation installation, CancellationToken cancellationToken) =>
        // A workflow used as an activity is always the published one, so nothing needs to be re-versioned.
        await installation.Definitions.ChooseAsync(definitionId, null, cancellationToken) is null ? Results.NotFound() : ElsaJson.Ok(new { affectedWorkflows = Array.Empty<string>() });

    private static async Task<IResult> DeleteAsync(string definitionId, Installation installation, CancellationToken cancellationToken)
    {
        var (versions, _) = await installation.Definitions.ListAsync(new() { DefinitionIds = [definitionId] }, cancellationToken);
        return await RemoveAsync(versions, installation, [definitionId], [], cancellationToken);
    }

    private static async Task<IResult> DeleteNumberAsync(string definitionId, int version, Installation installation, CancellationToken cancellationToken) =>
        await installation.Definitions.ChooseAsync(definitionId, new(VersionKind.Number, version), cancellationToken) is { } found
            ? await RemoveAsync([found], installation, [], [found.VersionId], cancellationToken) : Results.NotFound();

    private static async Task<IResult> DeleteVersionAsync(string versionId, Installation installation, CancellationToken cancellationToken) =>
        await installation.Definitions.VersionAsync(versionId, cancellationToken) is { IsDeleted: false } found
            ? await RemoveAsync([found], installation, [], [versionId], cancellationToken) : Results.NotFound();

    private static async Task<IResult> RemoveAsync(
        IReadOnlyList<DefinitionVersion> found, Installation installation, string[] definitionIds, string[] versionIds, CancellationToken cancellationToken)
    {
        if (found.Count == 0)
            return Results.NotFound();
        if (found.Any(version => version.IsShipped) && (versionIds.Length > 0 || found.All(version => version.IsShipped)))
            throw new Refusal(StatusCodes.Status403Forbidden, Refusal.General, $"'{found[0].Name}' came with the program and cannot be deleted.");
        await installation.Definitions.DeleteAsync(definitionIds, versionIds, cancellationToken);
        return Results.NoContent();
    }
}

/// <summary>Elsa's words for the direction of a list.</summary>
internal enum OrderDirection
{
    Ascending,
    Descending,
}

/// <summary>Publishing goes through the validation; its errors are told as Studio shows them.</summary>
internal static class Publishing
{
    /// <summary>Looks at a definition before it is even saved, so that a refused publish changes nothing.</summary>
    public static async Task RequireValidAsync(Installation installation, DefinitionInput input, CancellationToken cancellationToken)
    {
        var probe = (System.Text.Json.Nodes.JsonObject)input.Content.DeepClone();
        probe["definitionId"] = input.DefinitionId ?? "new";
        probe.Remove("version");
        var (definition, findings) = DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(probe.ToJsonString(ElsaJson.Options)));
        Refuse(definition is null ? findings : await FindAsync(installation, definition, cancellationToken));
    }

    public static async Task<IResult> PublishAsync(DefinitionVersion draft, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        Refuse(await FindAsync(installation, draft.Definition, cancellationToken));
        var published = await installation.Definitions.PublishAsync(draft, cancellationToken)
            ?? throw new Refusal(StatusCodes.Status409Conflict, Refusal.General, "The draft was changed by somebody else in the meantime. Open it anew and publish again.");
        return await DefinitionsApi.AnswerAsync(published, false, models, cancellationToken);
    }

    public static async Task<IReadOnlyList<Finding>> FindAsync(Installation installation, WorkflowDefinition definition, CancellationToken cancellationToken)
    {
        var published = await installation.Programs.PublishedAsync(cancellationToken);
        var validator = new DefinitionValidator(installation.Library,
            reference => reference.DefinitionId is { } id ? id == definition.DefinitionId ? definition : published.GetValueOrDefault(id)?.Definition : null,
            id => id == definition.DefinitionId ? definition : published.GetValueOrDefault(id)?.Definition);
        return validator.Validate(definition);
    }

    private static void Refuse(IReadOnlyList<Finding> findings)
    {
        var errors = findings.Where(finding => finding.Severity == Severity.Error).ToArray();
        if (errors.Length > 0)
            throw new Refusal(Refusal.General, [.. errors.Select(error => $"{error.Place}: {error.Problem}. {error.Cure}.")]);
    }
}
