using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Parts of a definition's graph, with the workflows that it uses opened: what Studio reads when one looks into an activity.</summary>
internal static class SubgraphApi
{
    public static void MapSubgraphs(this IEndpointRouteBuilder api)
    {
        api.MapGet("/workflow-definitions/subgraph/{versionId}", SubgraphAsync).RequirePermission("read:workflow-definitions");
        api.MapGet("/workflow-definitions/subgraph/segments/{versionId}", SegmentsAsync).RequirePermission("read:workflow-definitions");
    }

    /// <summary>One activity in the graph.</summary>
    /// <param name="Activity">The activity; null for the wrapper of a workflow.</param>
    /// <param name="Workflow">For a wrapper: the workflow.</param>
    /// <param name="NodeId">Its path.</param>
    /// <param name="Port">Where it stands in its parent.</param>
    /// <param name="Parent">The activity that holds it.</param>
    private sealed record Place(ActivityNode? Activity, WorkflowDefinition? Workflow, string NodeId, string Port, Place? Parent)
    {
        public string ActivityId => NodeId[(NodeId.LastIndexOf(':') + 1)..];

        public string Type => Activity?.Type ?? "Elsa.Workflow";
    }

    private static async Task<IResult> SubgraphAsync(string versionId, HttpContext context, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        var wanted = new Query(context).Text("parentNodeId", 4000) ?? throw new Refusal("parentNodeId", "The node id of an activity is expected here.");
        if (await installation.Definitions.VersionAsync(versionId, cancellationToken) is not { } version)
            return Results.NotFound();
        var tree = await models.TreeAsync(version, cancellationToken);
        var places = Places(version.Definition, tree);
        var place = places.Find(place => place.NodeId == wanted) ?? places[0]; // As Elsa does: an unknown id gives the root.
        return ElsaJson.Ok(new { nodeId = place.NodeId, port = Pascal(place.Port), activity = Write(place, tree) });
    }

    private static async Task<IResult> SegmentsAsync(string versionId, HttpContext context, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        var wanted = new Query(context).Text("childNodeId", 4000) ?? throw new Refusal("childNodeId", "The node id of an activity is expected here.");
        if (await installation.Definitions.VersionAsync(versionId, cancellationToken) is not { } version)
            return Results.NotFound();
        var tree = await models.TreeAsync(version, cancellationToken);
        if (Places(version.Definition, tree).Find(place => place.NodeId == wanted) is not { } child)
            return Results.NotFound();

        // Studio shows the nearest flowchart or sequence around the activity and the way to it.
        var container = child.Parent;
        while (container?.Parent is not null && container.Activity?.Type is not ("Elsa.Flowchart" or "Elsa.Sequence"))
            container = container.Parent;
        container ??= child;
        var way = new List<Place>();
        for (var place = container; place is not null; place = place.Parent)
        {
            // The segment of an activity names the port that leads on; wrappers and root flowcharts are no stations.
            if (place.Activity is not null && place.Parent?.Activity is { } holder && holder.Type is not ("Elsa.Flowchart" or "Elsa.Sequence"))
                way.Insert(0, place.Parent);
        }

        return ElsaJson.Ok(new
        {
            childNode = new { nodeId = child.NodeId, port = Pascal(child.Port), activity = Write(child, tree) },
            container = new { nodeId = container.NodeId, port = Pascal(container.Port), activity = Write(container, tree) },
            pathSegments = way.Select(place => new { activityNodeId = place.NodeId, activityId = place.ActivityId, activityType = place.Type, portName = "Root" }),
        });
    }

    private static JsonObject Write(Place place, ActivityTree tree) => place switch
    {
        { Activity: { } activity } => tree.WriteOpen(activity, place.NodeId[..place.NodeId.LastIndexOf(':')]),
        { Workflow: { Root: { } root } workflow } => ActivityTree.Wrap(workflow, place.NodeId, tree.Write(root, place.NodeId)),
        _ => [],
    };

    private static List<Place> Places(WorkflowDefinition definition, ActivityTree tree)
    {
        var places = new List<Place>();
        AddWorkflow(definition, tree.WrapperId, "Root", null);
        return places;

        void AddWorkflow(WorkflowDefinition workflow, string nodeId, string port, Place? parent)
        {
            var wrapper = new Place(null, workflow, nodeId, port, parent);
            places.Add(wrapper);
            if (workflow.Root is { } root)
                Add(root, "Root", wrapper);
        }

        void Add(ActivityNode activity, string port, Place parent)
        {
            var place = new Place(activity, null, $"{parent.NodeId}:{activity.Id}", port, parent);
            places.Add(place);
            foreach (var (name, child) in activity.Children)
                Add(child, name, place);
            if (tree.Inner(activity, place.NodeId) is (var inner, var wrapperId))
                AddWorkflow(inner, wrapperId, "Root", place);
        }
    }

    private static string Pascal(string port) => port.Length == 0 ? port : char.ToUpperInvariant(port[0]) + port[1..];
}
