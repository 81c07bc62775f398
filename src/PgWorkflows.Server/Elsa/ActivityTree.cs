using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Definitions;
using WorkflowProgram = PgWorkflows.Engine.Programs.Program;

namespace PgWorkflows.Server.Elsa;

/// <summary>Writes activities for Studio: with node ids, with a type and version that have a descriptor, with the bags that Studio needs.</summary>
internal sealed class ActivityTree(
    ActivityLibrary library, IReadOnlyList<DefinitionVersion> used, IReadOnlyDictionary<string, StoredDefinition> published, WorkflowProgram? program)
{
    /// <summary>The node id of the wrapper around the root.</summary>
    public string WrapperId => program?.Root.NodeId ?? "Workflow1";

    /// <summary>Writes an activity and everything below it; workflows used as activities stay closed.</summary>
    public JsonObject Write(ActivityNode activity, string parentNodeId) => Write(activity, parentNodeId, isOpen: false);

    /// <summary>As <see cref="Write(ActivityNode,string)"/>, with the workflow that an activity stands for inside of it.</summary>
    public JsonObject WriteOpen(ActivityNode activity, string parentNodeId) => Write(activity, parentNodeId, isOpen: true);

    /// <summary>The definition that a workflow-as-activity runs, and the node id of its wrapper.</summary>
    public (WorkflowDefinition Definition, string WrapperId)? Inner(ActivityNode activity, string nodeId) =>
        library.FindDescriptor(activity.Type) is null && activity.Workflow?.DefinitionId is { } id && published.TryGetValue(id, out var stored)
        && program?.Find(nodeId)?.Children is [{ Type: "Elsa.Workflow" } wrapper] ? (stored.Definition, wrapper.NodeId) : null;

    private JsonObject Write(ActivityNode activity, string parentNodeId, bool isOpen)
    {
        var nodeId = $"{parentNodeId}:{activity.Id}";
        var json = JsonObject.Create(activity.Json)!.DeepClone().AsObject();
        json["id"] = activity.Id;
        json["nodeId"] = nodeId;
        if (library.FindDescriptor(activity.Type) is not null)
            json["version"] = 1;
        else if (Version(activity) is { } version)
            SetVersion(json, activity, version);
        else
            return NotFound(activity, nodeId);

        var custom = Bag(json, "customProperties");
        custom["canStartWorkflow"] ??= false;
        custom["runAsynchronously"] ??= false;
        Bag(json, "metadata");
        if (activity.Type == "Elsa.Flowchart")
        {
            custom["notFoundConnections"] ??= new JsonArray();
            json["connections"] ??= new JsonArray();
        }

        if (activity.Type is "Elsa.Flowchart" or "Elsa.Sequence" or "Elsa.Parallel")
        {
            json["activities"] ??= new JsonArray();
            json["variables"] ??= new JsonArray();
        }

        WriteChildren(activity, json, nodeId);
        if (isOpen && Inner(activity, nodeId) is (var definition, var wrapperId) && definition.Root is { } root)
            json["root"] = Wrap(definition, wrapperId, Write(root, wrapperId, isOpen: false));
        return json;
    }

    private void WriteChildren(ActivityNode activity, JsonObject json, string nodeId)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (port, child) in activity.Children)
        {
            var written = Write(child, nodeId, isOpen: false);
            var digits = port.Length - port.TrimEnd("0123456789".ToCharArray()).Length;
            if (digits > 0 && json[port[..^digits]] is JsonArray cases)
                ((JsonObject)cases[int.Parse(port[^digits..], System.Globalization.CultureInfo.InvariantCulture)]!)["activity"] = written;
            else if (json[port] is JsonArray list)
                list[places[port] = places.TryGetValue(port, out var place) ? place + 1 : 0] = written;
            else
                json[port] = written;
        }
    }

    /// <summary>The stored version whose descriptor an activity can have: the one it names, else the published one, else the newest.</summary>
    private DefinitionVersion? Version(ActivityNode activity)
    {
        if (activity.Workflow?.DefinitionId is not { } id)
            return null;
        var candidates = used.Where(version => version.DefinitionId == id && version.Definition.Options.UsableAsActivity).ToList();
        return candidates.Find(version => version.Version == activity.Version && version.Definition.ActivityTypeName == activity.Type)
            ?? candidates.Find(version => version.IsPublished) ?? candidates.MaxBy(version => version.Version);
    }

    private static void SetVersion(JsonObject json, ActivityNode activity, DefinitionVersion version)
    {
        (json["type"], json["version"], json["workflowDefinitionId"], json["workflowDefinitionVersionId"]) =
            (version.Definition.ActivityTypeName, version.Version, activity.Workflow!.DefinitionId, version.VersionId);
        json["latestAvailablePublishedVersion"] ??= version.Version;
        json["latestAvailablePublishedVersionId"] ??= version.VersionId;
    }

    public static JsonObject Wrap(WorkflowDefinition definition, string nodeId, JsonObject root) => new()
    {
        ["id"] = nodeId[(nodeId.LastIndexOf(':') + 1)..],
        ["nodeId"] = nodeId,
        ["name"] = definition.Name,
        ["type"] = "Elsa.Workflow",
        ["version"] = 1,
        ["identity"] = new JsonObject { ["definitionId"] = definition.DefinitionId, ["version"] = definition.Version, ["id"] = definition.Id },
        ["customProperties"] = new JsonObject(),
        ["metadata"] = new JsonObject(),
        ["variables"] = new JsonArray(),
        ["root"] = root,
    };

    private static JsonObject NotFound(ActivityNode activity, string nodeId) => new()
    {
        ["missingTypeName"] = activity.Type,
        ["missingTypeVersion"] = activity.Version,
        ["originalActivityJson"] = activity.Json.GetRawText(),
        ["id"] = activity.Id,
        ["nodeId"] = nodeId,
        ["name"] = activity.Name,
        ["type"] = "Elsa.NotFoundActivity",
        ["version"] = 1,
        ["customProperties"] = new JsonObject { ["canStartWorkflow"] = activity.CanStartWorkflow, ["runAsynchronously"] = false },
        ["metadata"] = new JsonObject
        {
            ["displayText"] = $"Not Found: {activity.Type}",
            ["description"] = $"Could not find activity type {activity.Type} with version {activity.Version}",
            ["designer"] = activity.Json.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == System.Text.Json.JsonValueKind.Object
                && metadata.TryGetProperty("designer", out var designer) ? JsonNode.Parse(designer.GetRawText()) : null,
        },
    };

    private static JsonObject Bag(JsonObject json, string name)
    {
        if (json[name] is not JsonObject bag)
            json[name] = bag = [];
        return bag;
    }
}
