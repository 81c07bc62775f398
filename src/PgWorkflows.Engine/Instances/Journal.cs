using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Instances;

/// <summary>One entry of the workflow execution log (elsa-contract 2.13).</summary>
/// <param name="Sequence">Increases by one per entry over the whole life of the instance.</param>
/// <param name="Number">The activity execution, see <see cref="ActivityContext.Number"/>.</param>
/// <param name="ParentNumber">The owning execution.</param>
/// <param name="Node">The activity.</param>
/// <param name="Timestamp">When, UTC.</param>
/// <param name="EventName">Elsa's event name: Started, Completed, Suspended, Resumed, Faulted, Canceled …</param>
/// <param name="Message">A sentence for people, or null.</param>
public sealed record JournalEntry(long Sequence, int Number, int ParentNumber, Node Node, DateTimeOffset Timestamp, string EventName, string? Message);

/// <summary>An unexpected failure in a run (elsa-contract 2.9).</summary>
public sealed record Incident(string ActivityId, string ActivityNodeId, string ActivityType, string Message, ExceptionState? Exception, DateTimeOffset Timestamp);

/// <summary>What a run waits for (elsa-contract 2.11).</summary>
public sealed record Bookmark
{
    /// <summary>Unique over all instances.</summary>
    public required string Id { get; init; }

    /// <summary>The stimulus name, by default the activity type.</summary>
    public required string Name { get; init; }

    /// <summary>What must match for a resume.</summary>
    public object? Payload { get; init; }

    /// <summary>The waiting activity execution.</summary>
    public required int Number { get; init; }

    /// <summary>The waiting activity.</summary>
    public required string ActivityId { get; init; }

    /// <summary>The waiting activity's path.</summary>
    public required string NodeId { get; init; }

    /// <summary>When the alarm clock resumes it, or null.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Resuming completes the activity; otherwise it runs once more.</summary>
    public bool AutoComplete { get; init; } = true;

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Work that waits its turn in the instance's queue (elsa-contract 2.2).</summary>
internal sealed record WorkItem(Node Node, int Owner, int ScheduledBy, bool Backward = false, VariableScope? Scope = null)
{
    /// <summary>An execution that exists already and goes on; 0 for a new one.</summary>
    public int Existing { get; init; }

    /// <summary>The input of a resume.</summary>
    public object? Input { get; init; }
}

/// <summary>A list that only grows at its end and is shared by all later states: one allocation an item.</summary>
internal sealed record Trail<T>(T Item, Trail<T>? Earlier)
{
    public int Count { get; } = (Earlier?.Count ?? 0) + 1;
}

internal static class Trail
{
    /// <summary>The items in the order they were added.</summary>
    public static T[] ToArray<T>(this Trail<T>? trail)
    {
        var items = new T[trail?.Count ?? 0];
        for (var i = items.Length - 1; trail is not null; trail = trail.Earlier)
            items[i--] = trail.Item;
        return items;
    }
}
