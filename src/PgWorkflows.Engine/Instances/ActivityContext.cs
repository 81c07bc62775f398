using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Instances;

/// <summary>Elsa's activity statuses (elsa-contract 2.3); a suspended activity is Running with a bookmark.</summary>
public enum ActivityStatus
{
    /// <summary>Its work is going on, or it waits.</summary>
    Running,

    /// <summary>It ended by itself.</summary>
    Completed,

    /// <summary>It was ended by somebody else.</summary>
    Canceled,

    /// <summary>It failed unexpectedly.</summary>
    Faulted,
}

/// <summary>One execution of one activity, and at the same time its execution record (elsa-contract 2.14). A value: every change makes a new one.</summary>
public sealed record ActivityContext
{
    /// <summary>Unique in the instance, from 1, in the order of their start.</summary>
    public required int Number { get; init; }

    /// <summary>The activity.</summary>
    public required Node Node { get; init; }

    /// <summary>The number of the context that owns this one; 0 for the workflow wrapper.</summary>
    public required int Parent { get; init; }

    /// <summary>The number of the context that scheduled this one (in a flowchart the predecessor); 0 for none.</summary>
    public int ScheduledBy { get; init; }

    /// <summary>Where it stands.</summary>
    public ActivityStatus Status { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Evaluated inputs by PascalCase name.</summary>
    public IReadOnlyDictionary<string, object?> Inputs { get; init; } = Empty;

    /// <summary>Outputs by PascalCase name.</summary>
    public IReadOnlyDictionary<string, object?> Outputs { get; init; } = Empty;

    /// <summary>The outcomes it completed with; null when none were given.</summary>
    public IReadOnlyList<string>? Outcomes { get; init; }

    /// <summary>One sentence for people: what was found or done.</summary>
    public string? Sentence { get; init; }

    /// <summary>Why it faulted.</summary>
    public ExceptionState? Exception { get; init; }

    /// <summary>Faults in it and below it.</summary>
    public int FaultCount { get; init; }

    internal VariableScope? Scope { get; init; }

    internal BehaviorState? State { get; init; }

    /// <summary>It was entered through a connection that leads back (elsa-contract 2.5).</summary>
    internal bool EnteredBackward { get; init; }

    internal static readonly IReadOnlyDictionary<string, object?> Empty = new Dictionary<string, object?>(0);
}

/// <summary>An exception as data (elsa-contract 2.9).</summary>
/// <param name="Type">The exception type's full name.</param>
/// <param name="Message">What went wrong.</param>
/// <param name="InnerException">The cause, if one is known.</param>
public sealed record ExceptionState(string Type, string Message, ExceptionState? InnerException = null)
{
    /// <summary>The facts of an exception, without its stack: the journal is for operators.</summary>
    public static ExceptionState From(Exception exception) =>
        new(exception.GetType().FullName!, exception.Message, exception.InnerException is { } inner ? From(inner) : null);
}
