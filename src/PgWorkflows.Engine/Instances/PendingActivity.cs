using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Instances;

/// <summary>A leaf activity that is about to be run.</summary>
public sealed record PendingActivity
{
    /// <summary>The activity.</summary>
    public required Node Node { get; init; }

    /// <summary>The execution.</summary>
    public required ActivityContext Context { get; init; }

    /// <summary>What the activity is called with.</summary>
    public required ActivityCall Call { get; init; }

    /// <summary>Its definition asks for a commit right after it (Elsa's commit strategies).</summary>
    public bool WantsCommit => Node.WantsCommit;

    /// <summary>It changes something outside: store the intent first.</summary>
    public bool HasEffect => Node.Descriptor!.HasEffect;

    /// <summary>It looks for work and changes nothing.</summary>
    public bool LooksForWork => Activity is ILooksForWork;

    internal IActivity Activity => ((LeafBehavior)Node.Behavior).Activity;

    internal static PendingActivity Of(WorkflowInstance instance, ActivityContext context) => new()
    {
        Node = context.Node,
        Context = context,
        Call = new(instance.Id, instance.ActivityInstanceId(context.Number), context.Inputs),
    };

    /// <summary>Runs the activity; what it throws becomes a <see cref="ActivityResult.Faulted"/>, except for a cancellation that was asked for.</summary>
    public async ValueTask<ActivityResult> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Activity.RunAsync(Call, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // One of the three places where any exception is caught: a fault becomes part of the instance.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new ActivityResult.Faulted(e);
        }
    }
}
