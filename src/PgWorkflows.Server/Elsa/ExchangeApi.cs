using System.IO.Compression;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Definitions as files: export and import, one or several in a ZIP archive (elsa-contract 1.13).</summary>
internal static class ExchangeApi
{
    private const string Schema = "https://elsaworkflows.io/schemas/workflow-definition/v3.0.0/schema.json";

    public static void MapExchange(this IEndpointRouteBuilder api)
    {
        api.MapMethods("/workflow-definitions/{definitionId}/export", ["GET", "POST"], ExportAsync).RequirePermission("read:workflow-definitions");
        api.MapPost("/bulk-actions/export/workflow-definitions", ExportManyAsync).RequirePermission("read:workflow-definitions");
        api.MapPost("/workflow-definitions/import", (HttpContext context, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken) =>
            ImportAsync(null, context, installation, models, caller, cancellationToken)).RequirePermission("write:workflow-definitions");
        api.MapPut("/workflow-definitions/{definitionId}/import", ImportAsync).RequirePermission("write:workflow-definitions");
        api.MapPost("/workflow-definitions/import-files", ImportFilesAsync).RequirePermission("write:workflow-definitions").DisableAntiforgery();
    }

    private static async Task<IResult> ExportAsync(string definitionId, HttpContext context, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        var query = new Query(context);
        if (await installation.Definitions.ChooseAsync(definitionId, query.Versions("versionOptions", VersionKind.Latest), cancellationToken) is not { } version)
            return Results.NotFound();
        return await AnswerAsync([version], query.Flag("includeConsumingWorkflows") is true, installation, models, cancellationToken);
    }

    private static async Task<IResult> ExportManyAsync(HttpContext context, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(context);
        var ids = body.Texts("ids") ?? throw new Refusal("ids", "A list of version ids is expected here.");
        var (versions, _) = ids.Count == 0 ? ([], 0) : await installation.Definitions.ListAsync(new() { VersionIds = ids }, cancellationToken);
        if (versions.Count == 0)
            return Results.NotFound();
        return await AnswerAsync(versions, body.Flag("includeConsumingWorkflows") is true, installation, models, cancellationToken);
    }

    /// <summary>One definition as a file, several as an archive.</summary>
    private static async Task<IResult> AnswerAsync(
        IReadOnlyList<DefinitionVersion> versions, bool withConsumers, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        if (withConsumers)
            versions = [.. versions, .. await DefinitionsApi.AllUsersOfAsync(versions, installation, cancellationToken)];
        if (versions is [var only])
            return ElsaJson.File(await FileAsync(only, models, cancellationToken), NameOf(only));

        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var version in versions)
            {
                await using var entry = await archive.CreateEntry(NameOf(version)).OpenAsync(cancellationToken);
                await entry.WriteAsync(System.Text.Encoding.UTF8.GetBytes((await FileAsync(version, models, cancellationToken)).ToJsonString(ElsaJson.Indented)), cancellationToken);
            }
        }

        return Results.File(memory.ToArray(), "application/zip", "workflow-definitions.zip");
    }

    private static async Task<IResult> ImportAsync(
        string? definitionId, HttpContext context, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(context, DefinitionReader.MaxBytes);
        var input = DefinitionInput.Read(body.Json, "", definitionId);
        var draft = await installation.Definitions.SaveDraftAsync(input.DefinitionId ?? RunIds.New(), input.Content, cancellationToken);
        AuditTrail.Names(context, draft.DefinitionId);
        return ElsaJson.Ok(await models.OfAsync(draft, caller, cancellationToken), input.DefinitionId is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    /// <summary>All files are read and looked at before they are stored, all of them or none.</summary>
    private static async Task<IResult> ImportFilesAsync(HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        if (!context.Request.HasFormContentType)
            throw new Refusal(StatusCodes.Status415UnsupportedMediaType, "files", "The files are expected as a multipart form.");
        var inputs = new List<DefinitionInput>();
        foreach (var file in await UploadAsync(context, cancellationToken))
        {
            await using var content = file.OpenReadStream();
            inputs.AddRange(await ImportFiles.ReadAsync(file.FileName, content, cancellationToken));
        }

        await installation.Definitions.SaveDraftsAsync([.. inputs.Select(input => (input.DefinitionId ?? RunIds.New(), input.Content))], cancellationToken);
        AuditTrail.Names(context, string.Join(", ", inputs.Select(input => input.DefinitionId ?? "(new)")));
        return ElsaJson.Ok(new { count = inputs.Count });
    }

    private static async Task<IFormFileCollection> UploadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        try
        {
            var form = await context.Request.ReadFormAsync(new() { MultipartBodyLengthLimit = ImportFiles.MaxBytes, ValueCountLimit = 100 }, cancellationToken);
            return form.Files;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new Refusal("files", $"The form cannot be read: {e.Message}");
        }
    }

    private static async Task<JsonObject> FileAsync(DefinitionVersion version, DefinitionModels models, CancellationToken cancellationToken)
    {
        var file = new JsonObject { ["$schema"] = Schema };
        var model = await models.WithoutLinksAsync(version, cancellationToken);
        foreach (var (name, value) in model.ToList())
        {
            model.Remove(name);
            file[name] = value;
        }

        return file;
    }

    private static string NameOf(DefinitionVersion version)
    {
        var slug = string.Concat(version.Name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-');
        return $"workflow-definition-{slug}-{version.DefinitionId}-{version.VersionId}.json";
    }
}
