using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting.Behaviors;

/// <summary>A loop over an embedded body (elsa-contract 2.7).</summary>
internal abstract class Loop : Behavior
{
    public override bool IsLoop => true;

    /// <summary>A scope that a single iteration sees, with the loop's variables.</summary>
    protected static VariableScope Iteration(ActivityContext self, params ReadOnlySpan<(string Name, object? Value)> variables)
    {
        var definitions = new VariableDefinition[variables.Length];
        var values = new object?[variables.Length];
        for (var i = 0; i < variables.Length; i++)
        {
            definitions[i] = new($"{self.Node.Id}:{variables[i].Name}", variables[i].Name, "Object", null, IsPersistent: true);
            values[i] = variables[i].Value;
        }

        return new(definitions, values);
    }
}

/// <summary>Repeats its body while a condition, asked anew each time, holds.</summary>
internal sealed class While : Loop
{
    public override void Execute(Burst burst, ActivityContext self) => Next(burst, self);

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) => Next(burst, self);

    private static void Next(Burst burst, ActivityContext self)
    {
        // Without a body nothing can make the condition false; Elsa's loop then overflows its stack.
        if (burst.Evaluate(self, "Condition") is true && self.Node.Child("body") is { } body)
            burst.Schedule(self, body);
        else
            burst.Complete(self);
    }
}

/// <summary>Repeats its body for a range of numbers.</summary>
internal sealed class For : Loop
{
    public override void Execute(Burst burst, ActivityContext self) => Next(burst, self, (long)self.Inputs["Start"]!);

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) =>
        Next(burst, self, ((BehaviorState.Counting)self.State!).Current + (long)self.Inputs["Step"]!);

    private static void Next(Burst burst, ActivityContext self, long current)
    {
        var (end, step) = ((long)self.Inputs["End"]!, (long)self.Inputs["Step"]!);
        var inclusive = self.Inputs["OuterBoundInclusive"] is true;
        var within = step >= 0
            ? current < end || (inclusive && current == end)
            : current > end || (inclusive && current == end);
        if (!within || self.Node.Child("body") is not { } body)
        {
            burst.Complete(self);
            return;
        }

        self = burst.Update(self with
        {
            State = new BehaviorState.Counting(current),
            Outputs = new Dictionary<string, object?> { ["CurrentValue"] = current },
        });
        burst.BindNow(self, "CurrentValue", current);
        burst.Schedule(self, body, scope: Iteration(self, ("CurrentValue", current)));
    }
}

/// <summary>Repeats its body for each item.</summary>
internal sealed class ForEach : Loop
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var items = self.Inputs.GetValueOrDefault("Items");
        if (ListOf(items) is { } list)
            Next(burst, self, new BehaviorState.Items(list, 0));
        else
            throw new InputException("Items", items is null ? "has no value; give it a list" : "is not a list");
    }

    /// <summary>A list as it is or as JSON text; null for anything else.</summary>
    internal static JsonElement? ListOf(object? items) => items switch
    {
        JsonElement { ValueKind: JsonValueKind.Array } list => list,
        string text when Expressions.Expression.ParseText(JsonSerializer.SerializeToElement(text)) is { ValueKind: JsonValueKind.Array } parsed => parsed,
        _ => null,
    };

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes)
    {
        var items = (BehaviorState.Items)self.State!;
        Next(burst, self, items with { Index = items.Index + 1 });
    }

    private static void Next(Burst burst, ActivityContext self, BehaviorState.Items items)
    {
        if (items.Index >= items.List.GetArrayLength())
        {
            burst.Complete(self);
            return;
        }

        var value = ValueConverter.Normalize(items.List[items.Index]);
        self = burst.Update(self with { State = items, Outputs = new Dictionary<string, object?> { ["CurrentValue"] = value } });
        burst.BindNow(self, "CurrentValue", value);
        if (self.Node.Child("body") is { } body)
            burst.Schedule(self, body, scope: Iteration(self, ("CurrentIndex", (long)items.Index), ("CurrentValue", value)));
        else
            burst.Complete(self);
    }
}

/// <summary>Runs its body for all items at once.</summary>
internal sealed class ParallelForEach : Loop
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var items = ForEach.ListOf(self.Inputs.GetValueOrDefault("Items")) is { } list ? list.EnumerateArray().ToList() : [];
        if (items.Count == 0 || self.Node.Child("body") is not { } body)
        {
            burst.Complete(self);
            return;
        }

        self = burst.Update(self with { State = new BehaviorState.Outstanding(items.Count) });
        for (var index = 0; index < items.Count; index++)
            burst.Schedule(self, body, scope: Iteration(self, ("CurrentValue", ValueConverter.Normalize(items[index])), ("CurrentIndex", (long)index)));
    }

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) => Countdown.Next(burst, self);
}

/// <summary>Ends the nearest loop.</summary>
internal sealed class Break : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        burst.Break(self);
    }
}
