using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Interpreting.Behaviors;

/// <summary>The wrapper around a definition's root (elsa-contract 2.1).</summary>
internal sealed class Workflow : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        if (self.Node.Children is [var root, ..])
            burst.Schedule(self, root);
        else
            burst.Complete(self);
    }

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) => burst.Complete(self);

    public override void ChildCanceled(Burst burst, ActivityContext self, ActivityContext child) => burst.Complete(self);
}

/// <summary>A workflow used as an activity: its inputs are variables inside, its outcomes are those of an inner Complete (elsa-contract 1.12).</summary>
internal sealed class WorkflowAsActivity(WorkflowDefinition definition) : Behavior
{
    public WorkflowDefinition Definition { get; } = definition;

    public override bool IsComposite => true;

    public override void Execute(Burst burst, ActivityContext self)
    {
        var variables = Definition.Inputs.Select(input => new VariableDefinition(input.Name, input.Name, input.TypeName, null, IsPersistent: true)).ToArray();
        var owner = variables.Length == 0
            ? self
            : burst.Update(self with { Scope = new(variables, [.. variables.Select(variable => self.Inputs.GetValueOrDefault(variable.Name))]) });
        burst.Schedule(owner, self.Node.Children[0]);
    }

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) =>
        burst.Complete(self, self.Outcomes, self.Outputs);
}

/// <summary>Children one after the other.</summary>
internal sealed class Sequence : Behavior
{
    public override void Execute(Burst burst, ActivityContext self) => Next(burst, self, 0);

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes)
    {
        if (child.Node.IsTerminal)
            burst.Complete(self);
        else
            Next(burst, self, ((BehaviorState.Position)self.State!).Index + 1);
    }

    private static void Next(Burst burst, ActivityContext self, int index)
    {
        if (index >= self.Node.Children.Count)
            burst.Complete(self);
        else
            burst.Schedule(burst.Update(self with { State = new BehaviorState.Position(index) }), self.Node.Children[index]);
    }
}

/// <summary>One embedded activity and nothing else (Elsa's Container).</summary>
internal sealed class Body : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        if (self.Node.Child("body") is { } body)
            burst.Schedule(self, body);
        else
            burst.Complete(self);
    }

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) => burst.Complete(self);
}
