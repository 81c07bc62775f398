using System.Text.Json;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting.Behaviors;

/// <summary>Completes at once: Start, End, and a join once it has been reached.</summary>
internal sealed class PassThrough : Behavior
{
    public override void Execute(Burst burst, ActivityContext self) => burst.Complete(self);
}

/// <summary>Sets a variable, by its id.</summary>
internal sealed class SetVariable : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var variable = self.Inputs.GetValueOrDefault("Variable") as JsonElement?;
        var id = variable?.Member("id")?.ToString();
        if (id is null || !burst.TrySetById(self.Parent, id, self.Inputs.GetValueOrDefault("Value")))
            throw new InputException("Variable", $"names no variable of this workflow ({id ?? "no id"}); choose one in the designer");
        burst.Complete(self);
    }
}

/// <summary>Sets an output of the nearest composite that declares it, else of the workflow.</summary>
internal sealed class SetOutput : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        burst.SetOutput(self, ValueConverter.ToText(self.Inputs.GetValueOrDefault("OutputName")), self.Inputs.GetValueOrDefault("OutputValue"));
        burst.Complete(self);
    }
}

/// <summary>Gives the run a correlation id.</summary>
internal sealed class Correlate : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        burst.SetCorrelationId(self.Inputs.GetValueOrDefault("CorrelationId") is { } value ? ValueConverter.ToText(value) : null);
        burst.Complete(self);
    }
}

/// <summary>Gives the run a name.</summary>
internal sealed class SetName : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        burst.SetName(self.Inputs.GetValueOrDefault("Value") is { } value ? ValueConverter.ToText(value) : null);
        burst.Complete(self);
    }
}

/// <summary>Tells the host a line of text.</summary>
internal sealed class WriteLine : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var line = self.Inputs.GetValueOrDefault("Text") is { } text ? ValueConverter.ToText(text) : "";
        burst.Emit(new LineWritten(line));
        burst.Complete(self, sentence: line);
    }
}

/// <summary>A line of text that a WriteLine activity wrote.</summary>
public sealed record LineWritten(string Text) : Emission;

/// <summary>Completes the nearest composite, or the workflow, with outcomes.</summary>
internal sealed class Complete : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var outcomes = OutcomesOf(self.Inputs.GetValueOrDefault("Outcomes"));
        burst.CompleteComposite(self, outcomes);
    }

    private static List<string> OutcomesOf(object? value) => value switch
    {
        null => [],
        JsonElement { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(item => ValueConverter.ToText(ValueConverter.Normalize(item)))],
        string text when text.TrimStart().StartsWith('[') => (List<string>)ValueConverter.Convert(text, typeof(List<string>))!,
        _ => [ValueConverter.ToText(value)],
    };
}

/// <summary>Ends the workflow now.</summary>
internal sealed class Finish : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        burst.Finish();
        burst.Complete(self);
    }
}

/// <summary>Fails on purpose.</summary>
internal sealed class Fault : Behavior
{
    public override void Execute(Burst burst, ActivityContext self) => throw new FaultException(
        ValueConverter.ToText(self.Inputs.GetValueOrDefault("Message")),
        ValueConverter.ToText(self.Inputs.GetValueOrDefault("Code") ?? "0"),
        ValueConverter.ToText(self.Inputs.GetValueOrDefault("Category") ?? "General"),
        ValueConverter.ToText(self.Inputs.GetValueOrDefault("FaultType") ?? "System"));
}

/// <summary>What an Elsa.Fault activity throws.</summary>
public sealed class FaultException(string message, string code, string category, string type) : Exception(message)
{
    /// <summary>The workflow author's code.</summary>
    public string Code { get; } = code;

    /// <summary>The workflow author's category.</summary>
    public string Category { get; } = category;

    /// <summary>The workflow author's type, for example Business.</summary>
    public string FaultType { get; } = type;
}

/// <summary>Stands for an activity type that is not known here: kept in the definition, an incident when it is reached.</summary>
internal sealed class NotFound : Behavior
{
    public override void Execute(Burst burst, ActivityContext self) => throw new ActivityNotFoundException(self.Node.Type, self.Node.Label);
}

/// <summary>A run reached an activity whose type is not known here.</summary>
public sealed class ActivityNotFoundException(string type, string label)
    : Exception($"The activity type '{type}' of '{label}' is not known here. Remove it, or install what brings it.");

/// <summary>Runs a script; the script may choose the outcomes.</summary>
internal sealed class RunJavaScript : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var language = burst.Program.Languages.Find("JavaScript") ?? throw new InputException("Script", "needs JavaScript, which this host does not offer");
        var (value, outcomes) = burst.Run(self, language, ValueConverter.ToText(self.Inputs.GetValueOrDefault("Script")));
        burst.Complete(self, outcomes ?? Burst.DefaultOutcomes, value is null ? null : new Dictionary<string, object?> { ["Result"] = value });
    }
}
