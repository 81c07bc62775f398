using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;

namespace PgWorkflows.Engine.Interpreting;

/// <summary>What an activity type does inside the engine: it schedules, completes and waits by calling the burst, and keeps nothing itself.</summary>
internal abstract class Behavior
{
    /// <summary>The activity begins; its inputs are evaluated.</summary>
    public abstract void Execute(Burst burst, ActivityContext self);

    /// <summary>A child that this activity scheduled has completed.</summary>
    public virtual void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes)
    {
    }

    /// <summary>A child was ended by somebody else.</summary>
    public virtual void ChildCanceled(Burst burst, ActivityContext self, ActivityContext child)
    {
    }

    /// <summary>A bookmark of this activity was resumed.</summary>
    public virtual void Resumed(Burst burst, ActivityContext self, object? input) => burst.Complete(self);

    /// <summary>The work outside is done; by default the activity completes with what came of it.</summary>
    public virtual void Returned(Burst burst, ActivityContext self, ActivityResult.Completed result) =>
        burst.Complete(self, result.Outcomes, result.Outputs, result.Sentence);

    /// <summary>A Break below ends here.</summary>
    public virtual bool IsLoop => false;

    /// <summary>A Complete below ends here: a workflow used as an activity. The workflow itself is the last resort.</summary>
    public virtual bool IsComposite => false;
}

/// <summary>A leaf activity that goes on with activities embedded in it after its work is done.</summary>
internal interface IEmbedding
{
    Behavior Behavior { get; }
}

/// <summary>An activity whose work is done outside of the engine: the burst stops and hands it to the host.</summary>
internal class LeafBehavior(IActivity activity) : Behavior
{
    public IActivity Activity { get; } = activity;

    public override void Execute(Burst burst, ActivityContext self) => burst.HandOver(self);

    public override void Resumed(Burst burst, ActivityContext self, object? input) => burst.Complete(self, outputs: input is null ? null : new Dictionary<string, object?> { ["Result"] = input });
}
