using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Workflow instances: lists, one, cancelling, deleting, exporting (elsa-contract 3.5).</summary>
internal static class InstancesApi
{
    public static void MapInstances(this IEndpointRouteBuilder api)
    {
        var read = api.MapGroup("/workflow-instances").RequirePermission("read:workflow-instances");
        read.MapPost("/", ListByBodyAsync);
        read.MapGet("/", ListByQueryAsync);
        read.MapGet("/{id}", GetAsync);
        read.MapGet("/{id}/execution-state", ExecutionStateAsync);
        read.MapGet("/{id}/variables", VariablesAsync);
        read.MapGet("/{id}/export", ExportAsync);
        api.MapPost("/bulk-actions/export/workflow-instances", ExportManyAsync).RequirePermission("read:workflow-instances");
        api.MapDelete("/workflow-instances/{id}", DeleteAsync).RequirePermission("delete:workflow-instances");
        api.MapPost("/bulk-actions/delete/workflow-instances/by-id", DeleteManyAsync).RequirePermission("delete:workflow-instances");
        api.MapPost("/cancel/workflow-instances/{id}", CancelAsync).RequirePermission("cancel:workflow-instances");
        api.MapPost("/bulk-actions/cancel/workflow-instances", CancelManyAsync).RequirePermission("cancel:workflow-instances");
    }

    private static async Task<IResult> ListByBodyAsync(HttpContext context, Installation installation, CancellationToken cancellationToken) =>
        await AnswerAsync(InstanceRequest.Read(await RequestBody.ReadAsync(context)), installation, cancellationToken);

    private static async Task<IResult> ListByQueryAsync(HttpContext context, Installation installation, CancellationToken cancellationToken) =>
        await AnswerAsync(InstanceRequest.Read(new Query(context)), installation, cancellationToken);

    private static async Task<IResult> AnswerAsync(InstanceQuery? query, Installation installation, CancellationToken cancellationToken)
    {
        var (items, totalCount) = query is null ? ([], 0) : await installation.Instances.ListAsync(query, cancellationToken);
        return ElsaJson.Ok(new { items = items.Select(InstanceModels.SummaryOf), totalCount });
    }

    private static async Task<IResult> GetAsync(string id, Installation installation, InstanceModels models, CancellationToken cancellationToken) =>
        await installation.Instances.FindAsync(id, cancellationToken) is { } facts ? ElsaJson.Ok(await models.OfAsync(facts, cancellationToken)) : Results.NotFound();

    private static async Task<IResult> ExecutionStateAsync(string id, Installation installation, CancellationToken cancellationToken) =>
        await installation.Instances.FindAsync(id, cancellationToken) is { } facts
            ? ElsaJson.Ok(new { status = facts.Status, subStatus = facts.SubStatus, updatedAt = facts.UpdatedAt }) : Results.NotFound();

    private static async Task<IResult> VariablesAsync(string id, Installation installation, InstanceModels models, CancellationToken cancellationToken) =>
        ElsaJson.List(await installation.Instances.FindAsync(id, cancellationToken) is { } facts ? await models.VariablesAsync(facts, cancellationToken) : []);

    private static async Task<IResult> ExportAsync(string id, Installation installation, InstanceModels models, CancellationToken cancellationToken) =>
        await installation.Instances.FindAsync(id, cancellationToken) is { } facts
            ? ElsaJson.File(await FileAsync(facts, installation, models, cancellationToken), $"workflow-instance-{id}.json") : Results.NotFound();

    private static async Task<IResult> ExportManyAsync(HttpContext context, Installation installation, InstanceModels models, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var id in await IdsAsync(context, 100))
            {
                if (await installation.Instances.FindAsync(id, cancellationToken) is not { } facts)
                    continue;
                await using var entry = await archive.CreateEntry($"workflow-instance-{facts.Id}.json").OpenAsync(cancellationToken);
                var file = await FileAsync(facts, installation, models, cancellationToken);
                await entry.WriteAsync(System.Text.Encoding.UTF8.GetBytes(file.ToJsonString(ElsaJson.Indented)), cancellationToken);
            }
        }

        return Results.File(memory.ToArray(), "application/zip", "workflow-instances.zip");
    }

    private static async Task<JsonNode> FileAsync(InstanceFacts facts, Installation installation, InstanceModels models, CancellationToken cancellationToken)
    {
        var journal = await installation.Log.JournalAsync(new(facts.Id) { Take = int.MaxValue }, cancellationToken);
        var records = await installation.Log.RecordsAsync(facts.Id, cancellationToken);
        return JsonSerializer.SerializeToNode(new
        {
            workflowState = await models.StateAsync(facts, cancellationToken),
            bookmarks = Array.Empty<object>(),
            activityExecutionRecords = ActivityExecutionModels.Of(records),
            workflowExecutionLogRecords = journal.Items.Select(JournalApi.EntryOf),
        }, ElsaJson.Options)!;
    }

    private static async Task<IResult> DeleteAsync(string id, Installation installation, CancellationToken cancellationToken)
    {
        if (await installation.Instances.FindAsync(id, cancellationToken) is not { } facts)
            return Results.NotFound();
        if (facts.Status == nameof(WorkflowStatus.Running))
            throw new Refusal(StatusCodes.Status409Conflict, Refusal.General, "The run has not ended; cancel it first.");
        await installation.Instances.DeleteAsync([id], cancellationToken);
        return Results.NoContent();
    }

    private static async Task<IResult> DeleteManyAsync(HttpContext context, Installation installation, CancellationToken cancellationToken) =>
        ElsaJson.Ok(new { deleted = await installation.Instances.DeleteAsync(await IdsAsync(context), cancellationToken) });

    private static async Task<IResult> CancelAsync(string id, HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        await installation.Workflows.CancelAsync(id, Reason(context), cancellationToken);
        return Results.Ok(); // Elsa answers so for unknown ids as well.
    }

    private static async Task<IResult> CancelManyAsync(HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(context);
        var ids = body.Texts("ids") ?? [];
        if (ids.Count == 0 && (body.Text("definitionVersionId"), body.Text("definitionId")) is var (versionId, definitionId) && (versionId ?? definitionId) is not null)
        {
            var query = new InstanceQuery { Statuses = ["Running"], VersionIds = versionId is null ? [] : [versionId], DefinitionIds = definitionId is null ? [] : [definitionId] };
            if (definitionId is not null && Query.Versions(body.Text("versionOptions"), "versionOptions") is { } choice)
            {
                var version = await installation.Definitions.ChooseAsync(definitionId, choice, cancellationToken);
                query = query with { VersionIds = [version?.VersionId ?? ""] };
            }

            ids = [.. (await installation.Instances.ListAsync(query, cancellationToken)).Items.Select(facts => facts.Id)];
        }

        var cancelled = 0;
        foreach (var id in ids)
            cancelled += await installation.Workflows.CancelAsync(id, Reason(context), cancellationToken) ? 1 : 0;
        return ElsaJson.Ok(new { cancelled });
    }

    private static string Reason(HttpContext context) => $"cancelled by {ExecutionApi.OriginOf(context).By}";

    private static async Task<IReadOnlyList<string>> IdsAsync(HttpContext context, int most = 1000) =>
        (await RequestBody.ReadAsync(context)).Texts("ids", most) ?? throw new Refusal("ids", "A list of ids is expected here.");
}
