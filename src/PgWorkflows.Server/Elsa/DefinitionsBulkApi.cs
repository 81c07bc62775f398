using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>What Studio's bulk menus do to definitions (elsa-contract 3.3).</summary>
internal static class DefinitionsBulkApi
{
    public static void MapDefinitionsBulk(this IEndpointRouteBuilder api)
    {
        api.MapPost("/bulk-actions/delete/workflow-definitions/by-definition-id", DeleteAsync).RequirePermission("delete:workflow-definitions");
        api.MapPost("/bulk-actions/delete/workflow-definitions/by-id", DeleteVersionsAsync).RequirePermission("delete:workflow-definitions");
        api.MapPost("/bulk-actions/publish/workflow-definitions/by-definition-ids", PublishAsync).RequirePermission("publish:workflow-definitions");
        api.MapPost("/bulk-actions/retract/workflow-definitions/by-definition-ids", RetractAsync).RequirePermission("retract:workflow-definitions");
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, Installation installation, CancellationToken cancellationToken) =>
        ElsaJson.Ok(new { deleted = (await installation.Definitions.DeleteAsync(await IdsAsync(context, "definitionIds"), [], cancellationToken)).Count });

    private static async Task<IResult> DeleteVersionsAsync(HttpContext context, Installation installation, CancellationToken cancellationToken) =>
        ElsaJson.Ok(new { deleted = (await installation.Definitions.DeleteAsync([], await IdsAsync(context, "ids"), cancellationToken)).Count });

    private static async Task<IResult> PublishAsync(HttpContext context, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken)
    {
        List<string> published = [], alreadyPublished = [], notFound = [], failed = [];
        var warnings = new Dictionary<string, string[]>();
        foreach (var id in await IdsAsync(context, "definitionIds"))
        {
            if (await installation.Definitions.ChooseAsync(id, new(VersionKind.Latest), cancellationToken) is not { } latest)
            {
                notFound.Add(id);
                continue;
            }

            if (latest.IsPublished)
            {
                alreadyPublished.Add(id);
                continue;
            }

            try
            {
                await Publishing.PublishAsync(latest, installation, models, caller, cancellationToken);
                published.Add(id);
            }
            catch (Refusal refusal)
            {
                failed.Add(id);
                warnings[id] = [refusal.Message];
            }
        }

        return ElsaJson.Ok(new { published, alreadyPublished, notFound, skipped = Array.Empty<string>(), updatedConsumers = Array.Empty<string>(), failed, warnings });
    }

    private static async Task<IResult> RetractAsync(HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        List<string> retracted = [], notPublished = [], notFound = [], skipped = [];
        foreach (var id in await IdsAsync(context, "definitionIds"))
        {
            if (await installation.Definitions.ChooseAsync(id, null, cancellationToken) is null)
                notFound.Add(id);
            else if (await installation.Definitions.RetractAsync(id, cancellationToken) is not { } version)
                notPublished.Add(id);
            else
                (version.IsPublished ? skipped : retracted).Add(id); // A shipped version stays published.
        }

        return ElsaJson.Ok(new { retracted, alreadyRetracted = notPublished, notPublished, notFound, skipped });
    }

    private static async Task<IReadOnlyList<string>> IdsAsync(HttpContext context, string member)
    {
        var body = await RequestBody.ReadAsync(context);
        return body.Texts(member) ?? throw new Refusal(member, "A list of ids is expected here.");
    }
}
