using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;
using WorkflowProgram = PgWorkflows.Engine.Programs.Program;

namespace PgWorkflows.Server.Elsa;

/// <summary>Definitions as Studio reads them (elsa-contract 1.2 to 1.4): the stored JSON under its ids, with node ids, links and nothing null.</summary>
internal sealed class DefinitionModels(Installation installation, DefinitionLinks links)
{
    public async Task<JsonObject> OfAsync(DefinitionVersion version, Caller caller, CancellationToken cancellationToken)
    {
        var model = await WithoutLinksAsync(version, cancellationToken);
        model["links"] = links.Of(version, caller);
        return model;
    }

    public async Task<JsonObject> WithoutLinksAsync(DefinitionVersion version, CancellationToken cancellationToken)
    {
        var model = (JsonObject)ElsaJson.Parse(version.Json)!;
        foreach (var member in model.Where(member => member.Value is null || member.Key == "$schema").Select(member => member.Key).ToList())
            model.Remove(member);
        (model["id"], model["definitionId"], model["name"], model["version"]) = (version.VersionId, version.DefinitionId, version.Name, version.Version);
        model["createdAt"] = version.CreatedAt;
        (model["isLatest"], model["isPublished"], model["isReadonly"], model["isSystem"]) = (version.IsLatest, version.IsPublished, false, false);
        foreach (var list in new[] { "variables", "inputs", "outputs", "outcomes" })
            model[list] ??= new JsonArray();
        model["customProperties"] ??= new JsonObject();
        model["options"] ??= new JsonObject();
        model["options"]!["autoUpdateConsumingWorkflows"] ??= false;
        if (version.Definition.Root is { } root)
        {
            var tree = await TreeAsync(version, cancellationToken);
            model["root"] = tree.Write(root, tree.WrapperId);
        }

        return model;
    }

    /// <summary>What is needed to write the activities of a version.</summary>
    public async Task<ActivityTree> TreeAsync(DefinitionVersion version, CancellationToken cancellationToken)
    {
        var ids = (version.Definition.Root?.SelfAndDescendants() ?? [])
            .Where(activity => installation.Library.FindDescriptor(activity.Type) is null).Select(activity => activity.Workflow?.DefinitionId).OfType<string>().Distinct().ToList();
        var used = ids.Count == 0 ? [] : (await installation.Definitions.ListAsync(new() { DefinitionIds = ids }, cancellationToken)).Items;
        var published = await installation.Programs.PublishedAsync(cancellationToken);
        return new ActivityTree(installation.Library, used, published, await ProgramAsync(version, cancellationToken));
    }

    /// <summary>The version with the workflows that it uses; null when it contains itself, which publishing tells.</summary>
    public async Task<WorkflowProgram?> ProgramAsync(DefinitionVersion version, CancellationToken cancellationToken)
    {
        try
        {
            return (await installation.Programs.OfAsync(version, installation.Library, cancellationToken)).Program;
        }
        catch (WorkflowCycleException)
        {
            return null;
        }
    }

    public object SummaryOf(DefinitionVersion version, Caller caller) => SummaryOf(version, links.Of(version, caller));

    public static object SummaryOf(DefinitionVersion version, JsonArray? links = null) => new
    {
        links,
        id = version.VersionId,
        definitionId = version.DefinitionId,
        name = version.Name,
        description = version.Definition.Description,
        version = version.Version,
        toolVersion = version.Definition.Json.TryGetProperty("toolVersion", out var tool) ? tool.GetString() : null,
        isLatest = version.IsLatest,
        isPublished = version.IsPublished,
        materializerName = "Json",
        createdAt = version.CreatedAt,
        isReadonly = false,
        isMaterializerAvailable = true,
    };
}
