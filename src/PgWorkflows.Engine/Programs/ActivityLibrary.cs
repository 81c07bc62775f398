using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Interpreting;

namespace PgWorkflows.Engine.Programs;

/// <summary>The activity types a host knows: Elsa's built-in ones and its own leaf activities.</summary>
public sealed class ActivityLibrary
{
    private readonly Dictionary<string, ActivityType> _types;

    /// <summary>A library with Elsa's built-in activities and these.</summary>
    /// <exception cref="ArgumentException">Two activities have the same type name.</exception>
    public ActivityLibrary(IEnumerable<IActivity> activities, ExpressionLanguages? languages = null)
    {
        Languages = languages ?? ExpressionLanguages.None;
        _types = BuiltIn.All.ToDictionary(type => type.Descriptor.Type, StringComparer.Ordinal);
        foreach (var activity in activities)
        {
            if (!_types.TryAdd(activity.Descriptor.Type, TypeOf(activity)))
                throw new ArgumentException($"The activity type {activity.Descriptor.Type} is there twice.", nameof(activities));
        }
    }

    /// <summary>The script languages of expressions.</summary>
    public ExpressionLanguages Languages { get; }

    /// <summary>The descriptors of all types.</summary>
    public IEnumerable<ActivityDescriptor> Descriptors => _types.Values.Select(type => type.Descriptor);

    /// <summary>The description of a type, or null when it is not known here.</summary>
    public ActivityDescriptor? FindDescriptor(string type) => Find(type)?.Descriptor;

    /// <summary>The way to look at the effect of an activity type after a crash; null when it has none.</summary>
    public IEffect? FindEffect(string type) => (Find(type)?.Behavior as LeafBehavior)?.Activity as IEffect;

    /// <summary>More steps than this without a wait are taken for a loop that never ends: the run ends with an incident.</summary>
    public int StepBudget { get; init; } = DefaultStepBudget;

    /// <summary>The usual step budget.</summary>
    public const int DefaultStepBudget = 100_000;

    private static ActivityType TypeOf(IActivity activity) => new(activity.Descriptor, activity is IEmbedding embedding ? embedding.Behavior : new LeafBehavior(activity))
    {
        LazyInputs = [.. activity.Descriptor.Inputs.Where(input => !input.AutoEvaluate).Select(input => input.Name)],
    };

    internal ActivityType? Find(string type) => _types.GetValueOrDefault(type);
}

/// <summary>An activity type: its description, and what it does inside the engine.</summary>
internal sealed record ActivityType(ActivityDescriptor Descriptor, Behavior Behavior)
{
    /// <summary>Inputs that the behavior evaluates itself, as often as it needs.</summary>
    public IReadOnlyList<string> LazyInputs { get; init; } = [];
}
