using System.Reflection;
using System.Text;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Activities;

/// <summary>What the designer and the validator know of an activity type (Elsa's activity descriptor, elsa-contract 3.8).</summary>
public sealed record ActivityDescriptor
{
    /// <summary>The type name in definition JSON.</summary>
    public required string Type { get; init; }

    /// <summary>The name on the palette.</summary>
    public required string DisplayName { get; init; }

    /// <summary>The palette group.</summary>
    public required string Category { get; init; }

    /// <summary>What the activity does.</summary>
    public required string Description { get; init; }

    /// <summary>The outcomes; a single <c>Done</c> where an activity names none.</summary>
    public required IReadOnlyList<string> Outcomes { get; init; }

    /// <summary>The inputs in the order of the designer.</summary>
    public required IReadOnlyList<InputDescriptor> Inputs { get; init; }

    /// <summary>The outputs.</summary>
    public required IReadOnlyList<OutputDescriptor> Outputs { get; init; }

    /// <summary>Changes something outside of our store.</summary>
    public bool HasEffect { get; init; }

    /// <summary>Elsa's kind; a trigger can begin a run.</summary>
    public ActivityKind Kind { get; init; }

    /// <summary>Properties that hold other activities, PascalCase; for a list or for cases the name of the list.</summary>
    public IReadOnlyList<string> EmbeddedPorts { get; init; } = [];

    /// <summary>The input whose value adds outcomes (case labels, branch names, status codes), or null.</summary>
    public string? OutcomesFrom { get; init; }

    /// <summary>Holds activities and variables of its own.</summary>
    public bool IsContainer { get; init; }

    /// <summary>Nothing can lead to it.</summary>
    public bool IsStart { get; init; }

    /// <summary>Nothing can follow it.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Not on the palette.</summary>
    public bool IsHidden { get; init; }

    internal static ActivityDescriptor Of(Type activity, Type inputs)
    {
        var attribute = activity.GetCustomAttribute<ActivityAttribute>()
            ?? throw new InvalidOperationException($"{activity.Name} has no [Activity] attribute.");
        if (activity.GetCustomAttributes<OutputAttribute>().FirstOrDefault(output => inputs.GetConstructors()[0].GetParameters().Any(input => input.Name == output.Name)) is { } twice)
            throw new InvalidOperationException($"{activity.Name} has an input and an output '{twice.Name}': in definition JSON they would be one property.");
        return new()
        {
            Type = attribute.Type,
            DisplayName = attribute.DisplayName ?? InWords(attribute.Type[(attribute.Type.LastIndexOf('.') + 1)..]),
            Category = attribute.Category,
            Description = attribute.Description,
            Outcomes = attribute.Outcomes is [] ? ["Done"] : attribute.Outcomes,
            Kind = attribute.Kind,
            Inputs = [.. inputs.GetConstructors()[0].GetParameters().Select(InputDescriptor.Of)],
            Outputs = [.. activity.GetCustomAttributes<OutputAttribute>().Select(o => new OutputDescriptor(o.Name, TypeAliases.Of(o.Type), o.Description))],
            HasEffect = attribute.HasEffect,
            IsTerminal = attribute.IsTerminal,
        };
    }

    internal static string InWords(string name)
    {
        var words = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
                words.Append(' ').Append(char.ToLowerInvariant(letter));
            else
                words.Append(letter);
        }

        return words.ToString();
    }
}

/// <summary>Elsa's kinds of activities.</summary>
public enum ActivityKind
{
    /// <summary>Works inside of a run.</summary>
    Action,

    /// <summary>Can also begin a run.</summary>
    Trigger,

    /// <summary>Works for longer, possibly in the background.</summary>
    Task,
}

/// <summary>One input of an activity.</summary>
/// <param name="Name">PascalCase name; camelCase in definition JSON.</param>
/// <param name="TypeName">Elsa's type alias.</param>
/// <param name="UIHint">The editor in Elsa Studio.</param>
/// <param name="DefaultValue">The value when the definition gives none, or null.</param>
/// <param name="IsRequired">A run faults when it has no value.</param>
/// <param name="Description">What it means, with its unit.</param>
/// <param name="Options">The values of a dropdown, or null.</param>
public sealed record InputDescriptor(
    string Name, string TypeName, string UIHint, object? DefaultValue, bool IsRequired, string Description, IReadOnlyList<string>? Options)
{
    /// <summary>An expression around the value; otherwise the definition holds the bare value.</summary>
    public bool IsWrapped { get; init; } = true;

    /// <summary>Evaluated before the activity begins; otherwise by the activity, as often as it needs.</summary>
    public bool AutoEvaluate { get; init; } = true;

    /// <summary>The expression type that the editor begins with, or null.</summary>
    public string? DefaultSyntax { get; init; }

    internal static InputDescriptor Of(ParameterInfo parameter)
    {
        var attribute = parameter.GetCustomAttribute<InputAttribute>();
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        var options = attribute?.Options ?? (type.IsEnum ? Enum.GetNames(type) : null);
        var nullable = type != parameter.ParameterType
            || (!type.IsValueType && new NullabilityInfoContext().Create(parameter).WriteState is not NullabilityState.NotNull);
        return new(
            parameter.Name!,
            TypeAliases.Of(type),
            attribute?.UIHint ?? (options is not null ? "dropdown" : type == typeof(bool) ? "checkbox" : "singleline"),
            parameter.HasDefaultValue ? DefaultText(parameter.DefaultValue) : null,
            IsRequired: !parameter.HasDefaultValue && !nullable,
            attribute?.Description ?? "",
            options);
    }

    private static object? DefaultText(object? value) => value is Enum or TimeSpan ? value.ToString() : value;
}

/// <summary>One output of an activity.</summary>
/// <param name="Name">PascalCase name.</param>
/// <param name="TypeName">Elsa's type alias.</param>
/// <param name="Description">What the value means.</param>
public sealed record OutputDescriptor(string Name, string TypeName, string Description);
