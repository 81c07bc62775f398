using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Interpreting;

namespace PgWorkflows.Engine.Programs;

/// <summary>One activity of a program: what the interpreter needs of it, prepared once.</summary>
public sealed class Node
{
    internal Node(string id, string nodeId, string type, int version, string? name, string label, Node? parent, Behavior behavior)
    {
        (Id, NodeId, Type, Version, Name, Label, Parent, Behavior) = (id, nodeId, type, version, name, label, parent, behavior);
    }

    /// <summary>The activity's id in its definition.</summary>
    public string Id { get; }

    /// <summary>The path of ids from the workflow wrapper down (elsa-contract 2.1).</summary>
    public string NodeId { get; }

    /// <summary>The activity type.</summary>
    public string Type { get; }

    /// <summary>The activity type's version.</summary>
    public int Version { get; }

    /// <summary>The name scripts use, or null.</summary>
    public string? Name { get; }

    /// <summary>What the designer shows on the node.</summary>
    public string Label { get; }

    /// <summary>The node that holds this one, or null for the workflow wrapper.</summary>
    public Node? Parent { get; }

    /// <summary>Embedded nodes, in the order of the definition.</summary>
    public IReadOnlyList<Node> Children { get; internal set; } = [];

    /// <summary>The activity type's description, or null when the type is not known here.</summary>
    public ActivityDescriptor? Descriptor { get; internal init; }

    /// <summary>A container without work of its own: the wrapper, flowcharts, sequences and the like.</summary>
    public bool IsContainer => Behavior is not LeafBehavior && Children.Count > 0;

    internal string[] Ports { get; set; } = [];

    internal Behavior Behavior { get; }

    internal ActivityNode? Source { get; init; }

    /// <summary>Wrapper nodes: the definition they wrap.</summary>
    internal WorkflowDefinition? Definition { get; init; }

    internal CompiledInput[] Inputs { get; set; } = [];

    internal OutputBinding[] Outputs { get; set; } = [];

    internal IReadOnlyList<VariableDefinition> Variables { get; init; } = [];

    /// <summary>Switch and FlowSwitch: their cases.</summary>
    internal Interpreting.Behaviors.Cases.Case[] Cases { get; set; } = [];

    internal LogPersistence LogPersistence { get; set; } = LogPersistence.All;

    internal bool WantsCommit { get; init; }

    internal FlowGraphs? Graphs { get; set; }

    internal bool IsTerminal => Descriptor is { IsTerminal: true };

    internal Node? Child(string port)
    {
        var index = Array.IndexOf(Ports, port);
        return index < 0 ? null : Children[index];
    }

    internal Node? ChildById(string? id) => id is null ? null : Children.FirstOrDefault(child => child.Id == id);
}

/// <summary>An input and where its value comes from; no expression means the default.</summary>
internal sealed record CompiledInput(string Name, Type? Type, Expression? Expression, object? Default, bool IsLazy);

/// <summary>Where an output's value goes: a variable's id or a workflow output's name.</summary>
internal sealed record OutputBinding(string Output, string Target);
