using System.Collections.Frozen;
using System.Text.Json;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Programs;

/// <summary>A definition made ready to run, with the workflows it uses as activities inside. Immutable; one serves any number of runs.</summary>
public sealed class Program
{
    private readonly FrozenDictionary<string, Node> _byNodeId;

    private Program(WorkflowDefinition definition, Node root, List<Node> nodes, ActivityLibrary library)
    {
        Definition = definition;
        Languages = library.Languages;
        StepBudget = library.StepBudget;
        Root = root;
        Nodes = nodes;
        _byNodeId = nodes.ToFrozenDictionary(node => node.NodeId, StringComparer.Ordinal);
        HasScripts = nodes.Exists(node => node.Behavior is RunJavaScript || Array.Exists(node.Inputs, input => input.Expression is Script)
            || Array.Exists(node.Cases, @case => @case.Condition is Script));
        ContinuesWithIncidents = definition.Options.IncidentStrategyType?.Contains("ContinueWithIncidents", StringComparison.Ordinal) is true;
    }

    /// <summary>What it runs.</summary>
    public WorkflowDefinition Definition { get; }

    /// <summary>The wrapper around the definition's root.</summary>
    public Node Root { get; }

    /// <summary>All activities, the wrapper first.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>How many steps a run may take without a wait, see <see cref="ActivityLibrary.StepBudget"/>.</summary>
    public int StepBudget { get; }

    internal ExpressionLanguages Languages { get; }

    internal bool HasScripts { get; }

    internal bool ContinuesWithIncidents { get; }

    /// <summary>The activity at that path, or null.</summary>
    public Node? Find(string nodeId) => _byNodeId.GetValueOrDefault(nodeId);

    /// <summary>Prepares a definition.</summary>
    /// <param name="definition">What to run.</param>
    /// <param name="library">The activity types known here.</param>
    /// <param name="workflows">Finds the definition that a workflow-as-activity stands for; null when there is none.</param>
    /// <exception cref="WorkflowCycleException">A workflow contains itself.</exception>
    public static Program Of(WorkflowDefinition definition, ActivityLibrary library, Func<WorkflowReference, WorkflowDefinition?>? workflows = null) =>
        new Building(library, workflows ?? (_ => null)).Build(definition);

    /// <summary>One definition being prepared.</summary>
    private sealed class Building(ActivityLibrary library, Func<WorkflowReference, WorkflowDefinition?> workflows)
    {
        private readonly List<Node> _nodes = [];
        private readonly Stack<string> _open = [];
        private int _given;

        public Program Build(WorkflowDefinition definition)
        {
            // Elsa numbers the wrappers in the order they are built, innermost first; the outermost comes last.
            var root = Wrapper(definition, parent: null, CountWrappers(definition));
            return new Program(definition, root, _nodes, library);
        }

        private int CountWrappers(WorkflowDefinition definition)
        {
            Enter(definition);
            var count = 1 + (definition.Root?.SelfAndDescendants() ?? []).Sum(activity => Target(activity) is { } inner ? CountWrappers(inner) : 0);
            _open.Pop();
            return count;
        }

        private Node Wrapper(WorkflowDefinition definition, Node? parent, int number)
        {
            var id = "Workflow" + number;
            var node = new Node(id, parent is null ? id : $"{parent.NodeId}:{id}", "Elsa.Workflow", 1, null, definition.Name, parent, new Workflow())
            {
                Definition = definition,
                Variables = definition.Variables,
            };
            _nodes.Add(node);
            if (definition.Root is { } root)
                (node.Children, node.Ports) = ([Activity(root, node)], ["root"]);
            return node;
        }

        private Node Activity(ActivityNode source, Node parent)
        {
            var type = library.Find(source.Type);
            var inner = type is null ? Target(source) : null;
            var node = new Node(source.Id, $"{parent.NodeId}:{source.Id}", source.Type, source.Version, source.Name, source.Label, parent,
                type?.Behavior ?? (inner is null ? new NotFound() : new WorkflowAsActivity(inner)))
            {
                Source = source,
                Descriptor = type?.Descriptor ?? (inner is null ? null : DescriptorOf(inner)),
                Variables = source.Variables,
                WantsCommit = WantsCommit(source.Json, WorkflowOf(parent)),
            };
            _nodes.Add(node);

            if (inner is not null)
            {
                // Innermost first: the workflows inside this one take their numbers before it does.
                var number = _given + CountWrappers(inner);
                (node.Children, node.Ports) = ([Wrapper(inner, node, number)], ["root"]);
                _given = number;
            }
            else
            {
                node.Children = [.. source.Children.Select(child => Activity(child.Activity, node))];
                node.Ports = [.. source.Children.Select(child => child.Port)];
            }

            if (node.Descriptor is { } descriptor)
            {
                node.Inputs = [.. descriptor.Inputs.Select(input => Compile(input, source.Json, type?.LazyInputs.Contains(input.Name) is true))];
                node.Outputs = [.. descriptor.Outputs.Select(output => Binding(output, source.Json)).OfType<OutputBinding>()];
                node.LogPersistence = LogPersistence.Of(
                    source.Json, WorkflowOf(parent).Json, descriptor.Inputs.Select(input => input.Name), descriptor.Outputs.Select(output => output.Name));
            }

            if (source.Type is "Elsa.Switch" or "Elsa.FlowSwitch")
                node.Cases = Cases.Compile(node, source.Json, library.Languages);
            if (source.Type == "Elsa.Flowchart")
                node.Graphs = new FlowGraphs(EdgesOf(source, node), node.Children);
            return node;
        }

        /// <summary>The definition that an activity stands in: the nearest wrapper's.</summary>
        private static WorkflowDefinition WorkflowOf(Node parent)
        {
            while (parent.Definition is null)
                parent = parent.Parent!; // The outermost wrapper has a definition.
            return parent.Definition;
        }

        /// <summary>Elsa's commit strategies: the activity's own word first, then the workflow's (elsa-contract 2.15).</summary>
        private static bool WantsCommit(JsonElement activity, WorkflowDefinition workflow) =>
            activity.Member("customProperties")?.Member("commitStrategyName")?.ToString() is { Length: > 0 } own
                ? own is "CommitAlways" or "Executing" or "Executed"
                : workflow.Json.Member("options")?.Member("commitStrategyName")?.ToString() is "ActivityExecuting" or "ActivityExecuted";

        private WorkflowDefinition? Target(ActivityNode activity) =>
            library.Find(activity.Type) is null && activity.Workflow is { } reference ? workflows(reference) : null;

        private void Enter(WorkflowDefinition definition)
        {
            if (_open.Contains(definition.DefinitionId) || _open.Count > 32)
                throw new WorkflowCycleException([.. _open.Reverse(), definition.DefinitionId]);
            _open.Push(definition.DefinitionId);
        }

        private CompiledInput Compile(InputDescriptor input, JsonElement json, bool isLazy)
        {
            // "Variable" is not a type of values but Elsa's bare reference to a variable.
            var type = input.TypeName == "Variable" ? null : TypeAliases.Find(input.TypeName);
            var value = json.Member(JsonNamingPolicy.CamelCase.ConvertName(input.Name));
            var expression = value switch
            {
                null or { ValueKind: JsonValueKind.Null } => null,
                { ValueKind: JsonValueKind.Object } wrapped when wrapped.Member("expression") is { ValueKind: JsonValueKind.Object } inner =>
                    wrapped.Member("typeName") is null ? null : Expression.Compile(inner, library.Languages) ?? new Constant(null),
                { ValueKind: JsonValueKind.Object } wrapped when input.TypeName != "Variable" && wrapped.Member("typeName") is not null => null,
                var bare => new Constant(ValueConverter.Normalize(bare.Value)),
            };
            return new(input.Name, type, expression, ValueConverter.Normalize(input.DefaultValue), isLazy);
        }

        private static OutputBinding? Binding(OutputDescriptor output, JsonElement json) =>
            json.Member(JsonNamingPolicy.CamelCase.ConvertName(output.Name))?.Member("memoryReference")?.Member("id") is { ValueKind: JsonValueKind.String } id
                ? new(output.Name, id.GetString()!)
                : null;

        private static FlowEdges EdgesOf(ActivityNode source, Node node)
        {
            var index = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < node.Children.Count; i++)
                index[node.Children[i].Id] = i;
            return new FlowEdges(
                [.. source.Connections.Where(connection => index.ContainsKey(connection.Source) && index.ContainsKey(connection.Target))
                    .Select(connection => new FlowEdges.Edge(index[connection.Source], connection.SourcePort, index[connection.Target]))],
                node.Children.Count);
        }

        private static ActivityDescriptor DescriptorOf(WorkflowDefinition definition) => new()
        {
            Type = definition.ActivityTypeName,
            DisplayName = definition.Name,
            Category = definition.Options.ActivityCategory ?? "Workflows",
            Description = definition.Description ?? "",
            Outcomes = definition.Outcomes is { Count: > 0 } outcomes ? outcomes : ["Done"],
            Inputs = [.. definition.Inputs.Select(input => new InputDescriptor(input.Name, input.TypeName ?? "Object", "singleline", null, false, input.Description ?? "", null))],
            Outputs = [.. definition.Outputs.Select(output => new OutputDescriptor(output.Name, output.TypeName ?? "Object", output.Description ?? ""))],
        };
    }
}

/// <summary>A workflow contains itself, directly or through others.</summary>
public sealed class WorkflowCycleException(IReadOnlyList<string> path)
    : Exception($"A workflow contains itself: {string.Join(" → ", path)}. Remove one of these uses.")
{
    /// <summary>The definition ids on the way round.</summary>
    public IReadOnlyList<string> Path { get; } = path;
}
