namespace PgWorkflows.Engine.Activities;

/// <summary>Stands for an activity where definitions are only read and checked: it has the description and cannot be run.</summary>
public sealed class DescribedActivity : IActivity
{
    private DescribedActivity(ActivityDescriptor descriptor) => Descriptor = descriptor;

    /// <inheritdoc/>
    public ActivityDescriptor Descriptor { get; }

    /// <summary>The stand-in for an activity class with these inputs.</summary>
    public static DescribedActivity Of<TActivity, TInputs>()
        where TActivity : Activity<TInputs>
        where TInputs : notnull => new(ActivityDescriptor.Of(typeof(TActivity), typeof(TInputs)));

    /// <inheritdoc/>
    public ValueTask<ActivityResult> RunAsync(ActivityCall call, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{Descriptor.Type} is only described here; a server runs it.");
}
