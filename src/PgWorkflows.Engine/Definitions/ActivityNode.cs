using System.Text.Json;

namespace PgWorkflows.Engine.Definitions;

/// <summary>One activity of a definition (elsa-contract 1.4).</summary>
public sealed record ActivityNode
{
    /// <summary>Unique inside the workflow.</summary>
    public required string Id { get; init; }

    /// <summary>The descriptor's type name.</summary>
    public required string Type { get; init; }

    /// <summary>The descriptor's version.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The optional name that scripts use.</summary>
    public string? Name { get; init; }

    /// <summary>What the designer shows on the node (<c>metadata.displayText</c>), else the name or the id.</summary>
    public required string Label { get; init; }

    /// <summary>A run may begin here (<c>customProperties.canStartWorkflow</c>).</summary>
    public bool CanStartWorkflow { get; init; }

    /// <summary>The activity as JSON, with every property that the view does not know.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>Embedded activities with the port that holds them, in order.</summary>
    public IReadOnlyList<(string Port, ActivityNode Activity)> Children { get; init; } = [];

    /// <summary>Flowchart only: the connections between its children.</summary>
    public IReadOnlyList<Connection> Connections { get; init; } = [];

    /// <summary>Containers only: their variables.</summary>
    public IReadOnlyList<VariableDefinition> Variables { get; init; } = [];

    /// <summary>Flowchart only: the id of the activity to begin with, when the definition names one.</summary>
    public string? Start { get; init; }

    /// <summary>Set on a workflow used as an activity: which definition it stands for.</summary>
    public WorkflowReference? Workflow { get; init; }

    /// <summary>The activity and everything below it.</summary>
    public IEnumerable<ActivityNode> SelfAndDescendants() => Children.SelectMany(child => child.Activity.SelfAndDescendants()).Prepend(this);
}

/// <summary>A connection of a flowchart; its identity is all four parts (elsa-contract 1.10).</summary>
public sealed record Connection(string Source, string? SourcePort, string Target, string? TargetPort);

/// <summary>Which definition a workflow-as-activity stands for (elsa-contract 1.12).</summary>
public sealed record WorkflowReference(string? DefinitionId, string? VersionId, int? Version);
