using System.Collections.Frozen;
using PgWorkflows.Engine.Activities;

namespace PgWorkflows.Elsa.Runs;

/// <summary>The activities' work, by type name.</summary>
public sealed class PostgresActivitySet(IEnumerable<IActivity> activities)
{
    /// <summary>What does the work, by activity type.</summary>
    public IReadOnlyDictionary<string, IActivity> ByType { get; } = activities.ToFrozenDictionary(activity => activity.Descriptor.Type, StringComparer.Ordinal);
}
