using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Starting runs (elsa-contract 3.4). A run goes on in the background, whoever waits for the answer.</summary>
internal static class ExecutionApi
{
    private const int MaxAtOnce = 100;

    public static void MapExecution(this IEndpointRouteBuilder api)
    {
        api.MapPost("/workflow-definitions/{definitionId}/execute", ExecuteAsync).RequirePermission("exec:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/dispatch", DispatchAsync).RequirePermission("exec:workflow-definitions");
        api.MapPost("/workflow-definitions/{definitionId}/bulk-dispatch", BulkDispatchAsync).RequirePermission("exec:workflow-definitions");
    }

    private static async Task<IResult> ExecuteAsync(
        string definitionId, HttpContext context, Installation installation, InstanceModels models, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadOptionalAsync(context);
        if (await ChooseAsync(definitionId, body, installation, cancellationToken) is not { } version)
            return Results.NotFound();
        context.Response.Headers["x-elsa-response"] = "true";
        switch (await installation.Workflows.StartAsync(Request(version, body, context), cancellationToken))
        {
            case StartOutcome.Started(var id, var rested, _):
                await rested.WaitAsync(cancellationToken);
                context.Response.Headers["x-elsa-workflow-instance-id"] = id;
                context.Response.Headers["x-elsa-workflow-cannot-start"] = "False";
                var facts = await installation.Instances.FindAsync(id, cancellationToken) ?? throw new InvalidOperationException($"The run {id} was not stored.");

                // Elsa answers 500 when the run has faulted, and Studio then does not show it; here the fault is part of what is shown.
                return ElsaJson.Ok(new { workflowState = await models.StateAsync(facts, cancellationToken) });
            case StartOutcome.Refused:
                context.Response.Headers["x-elsa-workflow-cannot-start"] = "True";
                return Results.Ok();
            case var refused:
                throw Refused(refused, version);
        }
    }

    private static async Task<IResult> DispatchAsync(string definitionId, HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadOptionalAsync(context);
        if (await ChooseAsync(definitionId, body, installation, cancellationToken) is not { } version)
            return Results.NotFound();
        return ElsaJson.Ok(new { workflowInstanceId = await StartAsync(version, body, context, installation, cancellationToken) });
    }

    private static async Task<IResult> BulkDispatchAsync(string definitionId, HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadOptionalAsync(context);
        var count = body.Number("count", 1, MaxAtOnce) ?? 1;
        if (await ChooseAsync(definitionId, body, installation, cancellationToken) is not { } version)
            return Results.NotFound();
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
            ids.Add(await StartAsync(version, body, context, installation, cancellationToken));
        return ElsaJson.Ok(new { workflowInstanceIds = ids });
    }

    private static async Task<string> StartAsync(
        DefinitionVersion version, Fields body, HttpContext context, Installation installation, CancellationToken cancellationToken) =>
        await installation.Workflows.StartAsync(Request(version, body, context), cancellationToken) switch
        {
            StartOutcome.Started(var id, _, _) => id,
            var refused => throw Refused(refused, version),
        };

    private static Refusal Refused(StartOutcome outcome, DefinitionVersion version) => outcome switch
    {
        StartOutcome.Busy(var holder) => new(StatusCodes.Status409Conflict, Refusal.General, $"'{holder.Resource}' is busy: {holder}. Nothing was done."),
        StartOutcome.NeedsResource(null) => new("input.Resource", $"'{version.Name}' needs the name of a resource: give the input Resource, or start it from the console."),
        StartOutcome.NeedsResource(var given) => new("input.Resource", $"There is no resource '{(given.Length > 100 ? given[..100] : given)}'."),
        StartOutcome.Refused => new(StatusCodes.Status409Conflict, Refusal.General, $"The activation strategy of '{version.Name}' allows no other run now."),
        var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
    };

    private static async Task<DefinitionVersion?> ChooseAsync(string definitionId, Fields body, Installation installation, CancellationToken cancellationToken)
    {
        var choice = body.Text("versionOptions") is { } text ? Query.Versions(text, "versionOptions") : new(VersionKind.Published);
        var version = await installation.Definitions.ChooseAsync(definitionId, choice, cancellationToken);
        if (version is { IsPublished: false } && ResourceAction.OfDefinition(definitionId) is not null)
            throw new Refusal(Refusal.General, $"Version {version.Version} of '{version.Name}' is not published, and only published versions act on real services. Publish it, or run the published one.");
        return version;
    }

    private static StartWorkflow Request(DefinitionVersion version, Fields body, HttpContext context) => new(version, OriginOf(context))
    {
        Input = body.Values("input"),
        CorrelationId = body.Text("correlationId", 200),
        Name = body.Text("name", 200) ?? version.Name,
    };

    /// <summary>Who asks: the signed-in name, else the address.</summary>
    public static RunOrigin OriginOf(HttpContext context) =>
        new("http", context.User.Identity?.Name ?? context.Connection.RemoteIpAddress?.ToString() ?? "unknown");
}
