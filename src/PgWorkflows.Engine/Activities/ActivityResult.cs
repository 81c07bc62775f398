namespace PgWorkflows.Engine.Activities;

/// <summary>What an activity wants to happen next. It never reaches into the engine; the engine applies this value.</summary>
public abstract record ActivityResult
{
    private ActivityResult()
    {
    }

    /// <summary>One sentence for the journal: what was found or done.</summary>
    public string? Sentence { get; init; }

    /// <summary>Output values by output name.</summary>
    public IReadOnlyDictionary<string, object?> Outputs { get; init; } = NoOutputs;

    /// <summary>Facts to be stored in the same transaction as the step (events, changes of state).</summary>
    public IReadOnlyList<Emission> Emissions { get; init; } = [];

    /// <summary>The activity is done; the outcomes decide which connections are followed. None means Elsa's <c>Done</c>.</summary>
    public sealed record Completed(params IReadOnlyList<string> Outcomes) : ActivityResult;

    /// <summary>The activity waits: the run is stored and goes on when somebody resumes the bookmark.</summary>
    public sealed record Suspended(BookmarkRequest Bookmark) : ActivityResult;

    /// <summary>The activity failed unexpectedly: an incident.</summary>
    public sealed record Faulted(Exception Exception) : ActivityResult;

    private static readonly IReadOnlyDictionary<string, object?> NoOutputs = new Dictionary<string, object?>(0);
}

/// <summary>What a waiting activity waits for.</summary>
/// <param name="Name">The stimulus name, by default the activity type (Elsa's bookmark name).</param>
/// <param name="Payload">What must match for a resume, for example an event name; a record that serializes to JSON.</param>
public sealed record BookmarkRequest(string Name, object? Payload)
{
    /// <summary>When the alarm clock resumes it by itself, or null.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Completes the activity when resumed. False: the activity runs once more with the resume's input.</summary>
    public bool AutoComplete { get; init; } = true;
}

/// <summary>A fact that a step tells the outside: stored with the step, forwarded after it.</summary>
public abstract record Emission;
