using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Activities;

/// <summary>One call of an activity: who is running and the evaluated inputs by name.</summary>
/// <param name="InstanceId">The workflow instance.</param>
/// <param name="ActivityInstanceId">The activity execution; unique, so it can serve as a key against doing a thing twice.</param>
/// <param name="Inputs">Evaluated inputs by PascalCase name.</param>
public sealed record ActivityCall(string InstanceId, string ActivityInstanceId, IReadOnlyDictionary<string, object?> Inputs);

/// <summary>A leaf activity: inputs in, a result out.</summary>
public interface IActivity
{
    /// <summary>Its description for the designer.</summary>
    ActivityDescriptor Descriptor { get; }

    /// <summary>Does the activity's work. Expected failures are outcomes; an exception becomes an incident.</summary>
    ValueTask<ActivityResult> RunAsync(ActivityCall call, CancellationToken cancellationToken);
}

/// <summary>An activity with typed inputs: <typeparamref name="TInputs"/> is a record whose constructor parameters are the inputs.</summary>
public abstract class Activity<TInputs> : IActivity
    where TInputs : notnull
{
    private static readonly InputBinder<TInputs> Binder = new();

    /// <inheritdoc/>
    public virtual ActivityDescriptor Descriptor => field ??= ActivityDescriptor.Of(GetType(), typeof(TInputs));

    /// <summary>Does the activity's work; override this one, or the one that also sees who calls.</summary>
    public virtual ValueTask<ActivityResult> RunAsync(TInputs inputs, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{GetType().Name} overrides neither RunAsync.");

    /// <summary>Does the activity's work, knowing the call; by default the inputs are enough.</summary>
    public virtual ValueTask<ActivityResult> RunAsync(TInputs inputs, ActivityCall call, CancellationToken cancellationToken) =>
        RunAsync(inputs, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ActivityResult> RunAsync(ActivityCall call, CancellationToken cancellationToken) =>
        RunAsync(Binder.Bind(call.Inputs), call, cancellationToken);

    /// <summary>The activity is done with this outcome; the sentence goes to the journal.</summary>
    protected static ActivityResult.Completed Completed(string outcome, string sentence) => new(outcome) { Sentence = sentence };
}
