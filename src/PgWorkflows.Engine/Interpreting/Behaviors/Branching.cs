using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting.Behaviors;

/// <summary>Runs its then or else activity (elsa-contract 2.7).</summary>
internal sealed class If : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var condition = self.Inputs["Condition"] is true;
        self = burst.Update(self with { Outputs = new Dictionary<string, object?> { ["Result"] = condition } });
        if (self.Node.Child(condition ? "then" : "else") is { } branch)
            burst.Schedule(self, branch);
        else
            burst.Complete(self, outputs: self.Outputs);
    }

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) =>
        burst.Complete(self, outputs: self.Outputs);
}

/// <summary>Completes with True or False.</summary>
internal sealed class FlowDecision : Behavior
{
    public override void Execute(Burst burst, ActivityContext self) => burst.Complete(self, [self.Inputs["Condition"] is true ? "True" : "False"]);
}

/// <summary>The cases of Switch and FlowSwitch.</summary>
internal static class Cases
{
    public sealed record Case(string Label, Expression? Condition, Node? Activity);

    public static Case[] Compile(Node node, JsonElement json, ExpressionLanguages languages)
    {
        if (json.Member("cases") is not { ValueKind: JsonValueKind.Array } cases)
            return [];
        return [.. cases.EnumerateArray().Select((item, index) => new Case(
            item.Member("label")?.ToString() ?? "",
            item.Member("condition") is { ValueKind: JsonValueKind.Object } condition ? Expression.Compile(condition, languages) : null,
            node.Child("cases" + index)))];
    }

    /// <summary>The cases that hold: the first one, or all of them in mode MatchAny.</summary>
    public static IEnumerable<Case> Matching(Burst burst, ActivityContext self)
    {
        var matches = self.Node.Cases.Where(@case =>
            @case.Condition is not null && ValueConverter.Convert(burst.Evaluate(self, $"case '{@case.Label}'", @case.Condition), typeof(bool)) is true);
        return ValueConverter.ToText(self.Inputs.GetValueOrDefault("Mode")) == "MatchAny" ? matches : matches.Take(1);
    }
}

/// <summary>Runs the activities of the cases that hold, or its default.</summary>
internal sealed class Switch : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var matching = Cases.Matching(burst, self).ToList();
        List<Node> branches = matching.Count > 0
            ? [.. matching.Select(@case => @case.Activity).OfType<Node>()]
            : [.. new[] { self.Node.Child("default") }.OfType<Node>()];
        if (branches.Count == 0)
        {
            burst.Complete(self);
            return;
        }

        self = burst.Update(self with { State = new BehaviorState.Outstanding(branches.Count) });
        foreach (var branch in branches)
            burst.Schedule(self, branch);
    }

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) => Countdown.Next(burst, self);
}

/// <summary>Completes with the labels of the cases that hold, or with Default.</summary>
internal sealed class FlowSwitch : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var labels = Cases.Matching(burst, self).Select(@case => @case.Label).ToList();
        burst.Complete(self, labels.Count > 0 ? labels : ["Default"]);
    }
}

/// <summary>Completes with all of its branches at once.</summary>
internal sealed class FlowFork : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var branches = (List<string>?)ValueConverter.Convert(self.Inputs.GetValueOrDefault("Branches"), typeof(List<string>));
        burst.Complete(self, branches is { Count: > 0 } ? branches : ["Done"]);
    }
}

/// <summary>Runs all children at once; completes after the last (Parallel, and Fork in mode WaitAll) or the first.</summary>
internal sealed class AllAtOnce(bool isFork) : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        if (self.Node.Children.Count == 0)
        {
            burst.Complete(self);
            return;
        }

        self = burst.Update(self with { State = new BehaviorState.Outstanding(self.Node.Children.Count) });
        foreach (var child in self.Node.Children)
            burst.Schedule(self, child);
    }

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes)
    {
        if (isFork && ValueConverter.ToText(self.Inputs.GetValueOrDefault("JoinMode")) == "WaitAny")
            burst.Complete(self);
        else
            Countdown.Next(burst, self);
    }
}

/// <summary>Completes an activity after the last of its children.</summary>
internal static class Countdown
{
    public static void Next(Burst burst, ActivityContext self)
    {
        var left = ((BehaviorState.Outstanding)self.State!).Count - 1;
        if (left == 0)
            burst.Complete(self);
        else
            burst.Update(self with { State = new BehaviorState.Outstanding(left) });
    }
}
