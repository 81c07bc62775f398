using PgWorkflows.Persistence.Waking;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Elsa;

namespace PgWorkflows.Server.Triggers;

/// <summary>Workflows that begin by HTTP: Elsa's /workflows, and our switch that opens one to everybody.</summary>
internal static class TriggersSetup
{
    /// <summary>Where they are.</summary>
    public const string Path = "/workflows";

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    public static void AddTriggers(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EndpointMatch>().AddSingleton<TriggerAccess>().AddSingleton<TriggerEndpoint>();
        builder.Services.AddSingleton(services => new AnonymousWorkflows(services.GetRequiredService<Installation>().Database, services.GetRequiredService<TimeProvider>()));
    }

    public static void MapTriggers(this WebApplication app)
    {
        app.MapMethods($"{Path}/{{**path}}", Methods, (HttpContext context, TriggerEndpoint endpoint, string? path) => endpoint.HandleAsync(context, path))
            .AddEndpointFilter(Refusal.Answer)
            .OpenToAll("each workflow decides, and lets nobody in without a credential unless an admin has opened it");
        app.MapPut("/api/workflows/{definitionId}/anonymous", OpenAsync).RequirePermission(Permissions.OpenWorkflows);
        app.MapDelete("/api/workflows/{definitionId}/anonymous", CloseAsync).RequirePermission(Permissions.OpenWorkflows);
    }

    private static async Task<IResult> OpenAsync(string definitionId, HttpContext context, Installation installation, AnonymousWorkflows anonymous, Auditor audit, CancellationToken aborted)
    {
        if (await installation.Programs.PublishedVersionAsync(definitionId, aborted) is not { } version)
            return Results.Problem("There is no published workflow of that id.", statusCode: StatusCodes.Status404NotFound);
        if (ShippedDefinitions.Read().Any(shipped => shipped.DefinitionId == definitionId))
            return Results.Problem($"'{version.Name}' is one of PgWorkflows' own: those are never open to everybody.", statusCode: StatusCodes.Status409Conflict);
        await anonymous.AddAsync(definitionId, version.VersionId, Caller.Of(context.User)!.Name);
        await audit.WriteAsync(context, "open workflow", definitionId, "done", $"anybody may start version {version.Version} by HTTP");
        return Results.NoContent();
    }

    private static async Task<IResult> CloseAsync(string definitionId, HttpContext context, AnonymousWorkflows anonymous, Auditor audit)
    {
        if (!await anonymous.RemoveAsync(definitionId))
            return Results.Problem("That workflow is not open to everybody.", statusCode: StatusCodes.Status404NotFound);
        await audit.WriteAsync(context, "close workflow", definitionId, "done");
        return Results.NoContent();
    }
}
