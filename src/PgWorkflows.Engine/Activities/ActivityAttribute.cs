namespace PgWorkflows.Engine.Activities;

/// <summary>Names an activity type as definitions and Elsa Studio know it.</summary>
/// <param name="type">The type name in definition JSON, for example <c>PgWorkflows.QueryService</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ActivityAttribute(string type) : Attribute
{
    /// <summary>The type name in definition JSON.</summary>
    public string Type { get; } = type;

    /// <summary>The palette group in Elsa Studio.</summary>
    public required string Category { get; init; }

    /// <summary>What the activity does, for the designer.</summary>
    public required string Description { get; init; }

    /// <summary>The name on the palette; by default the type name without its prefix, in words.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The outcomes a definition can connect; none means Elsa's single <c>Done</c>.</summary>
    public string[] Outcomes { get; init; } = [];

    /// <summary>Elsa's kind.</summary>
    public ActivityKind Kind { get; init; }

    /// <summary>The activity changes something outside of our store: it is saved as intended before it runs, and never repeated after a crash.</summary>
    public bool HasEffect { get; init; }

    /// <summary>Nothing needs to follow it: it ends the flowchart that it stands in (Elsa's terminal node).</summary>
    public bool IsTerminal { get; init; }
}

/// <summary>Describes one input: a parameter of the activity's <c>Inputs</c> record.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class InputAttribute(string description) : Attribute
{
    /// <summary>What the input means, with its unit.</summary>
    public string Description { get; } = description;

    /// <summary>The editor that Elsa Studio shows, in Elsa's words; by default chosen from the type.</summary>
    public string? UIHint { get; init; }

    /// <summary>The values of a dropdown; by default the members of an enumeration.</summary>
    public string[]? Options { get; init; }
}

/// <summary>Describes one output, which a definition can bind to a variable or a workflow output.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class OutputAttribute(string name, Type type, string description) : Attribute
{
    /// <summary>The output's name, PascalCase.</summary>
    public string Name { get; } = name;

    /// <summary>The type of its values.</summary>
    public Type Type { get; } = type;

    /// <summary>What the value means.</summary>
    public string Description { get; } = description;
}
