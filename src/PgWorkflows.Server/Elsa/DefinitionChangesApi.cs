using PgWorkflows.Engine.Definitions;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Workflow definitions as they are changed: drafts, publishing, going back, deleting (elsa-contract 3.3).</summary>
internal static class DefinitionChangesApi
{
    public static void MapDefinitionChanges(this IEndpointRouteBuilder api)
    {
        api.MapPost("/workflow-definitions", SaveAsync).RequirePermission("write:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/publish", PublishAsync).RequirePermission("publish:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/retract", RetractAsync).RequirePermission("retract:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/revert/{version:int}", RevertAsync).RequirePermission("publish:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/update-references", UpdateReferencesAsync).RequirePermission("publish:workflow-definitions");
        api.MapDelete("/workflow-definitions/{definitionId}", DeleteAsync).RequirePermission("delete:workflow-definitions");
        api.MapDelete("/workflow-definitions/{definitionId}/version/{version:int}", DeleteNumberAsync).RequirePermission("delete:workflow-definitions");
        api.MapDelete("/workflow-definition-versions/{versionId}", DeleteVersionAsync).RequirePermission("delete:workflow-definitions");
    }

    private static async Task<IResult> SaveAsync(HttpContext context, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(context, DefinitionReader.MaxBytes);
        if (body.Get("model") is not { } model)
            throw new Refusal("model", "The definition is missing.");
        var publish = body.Flag("publish") is true;
        var input = DefinitionInput.Read(model, "model");
        if (publish)
            await Publishing.RequireValidAsync(installation, input, cancellationToken);
        var draft = await installation.Definitions.SaveDraftAsync(input.DefinitionId ?? RunIds.New(), input.Content, cancellationToken);
        AuditTrail.Names(context, draft.DefinitionId);
        return publish ? await Publishing.PublishAsync(draft, installation, models, caller, cancellationToken) : await AnswerAsync(draft, false, models, caller, cancellationToken);
    }

    private static async Task<IResult> PublishAsync(string definitionId, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken)
    {
        if (await installation.Definitions.ChooseAsync(definitionId, new(VersionKind.Latest), cancellationToken) is not { } latest)
            return Results.NotFound();
        return latest.IsPublished ? await AnswerAsync(latest, true, models, caller, cancellationToken) : await Publishing.PublishAsync(latest, installation, models, caller, cancellationToken);
    }

    public static async Task<IResult> AnswerAsync(DefinitionVersion version, bool alreadyPublished, DefinitionModels models, Caller caller, CancellationToken cancellationToken) =>
        ElsaJson.Ok(new { workflowDefinition = await models.OfAsync(version, caller, cancellationToken), alreadyPublished, consumingWorkflowCount = 0, validationErrors = Array.Empty<object>() });

    private static async Task<IResult> RetractAsync(string definitionId, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken)
    {
        if (await installation.Definitions.ChooseAsync(definitionId, null, cancellationToken) is null)
            return Results.NotFound();
        var retracted = await installation.Definitions.RetractAsync(definitionId, cancellationToken)
            ?? throw new Refusal(Refusal.General, $"Workflow with id {definitionId} is not published");
        if (retracted.IsPublished)
            throw new Refusal(StatusCodes.Status403Forbidden, Refusal.General, $"'{retracted.Name}' came with the program and always has a published version. Publish an edit of it instead.");
        return ElsaJson.Ok(await models.OfAsync(retracted, caller, cancellationToken));
    }

    private static async Task<IResult> RevertAsync(string definitionId, int version, Installation installation, HttpContext context, CancellationToken cancellationToken)
    {
        if (await installation.Definitions.RevertAsync(definitionId, version, cancellationToken) is not { } draft)
            return Results.NotFound();
        context.Response.Headers.Location = $"{ElsaApiSetup.Path}/workflow-definitions/by-id/{draft.VersionId}";
        return ElsaJson.Ok(DefinitionModels.SummaryOf(draft), StatusCodes.Status201Created);
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
