namespace PgWorkflows.Engine.Instances;

/// <summary>How a run begins.</summary>
public sealed record StartRequest
{
    /// <summary>The new run's id.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The workflow's inputs by name.</summary>
    public IReadOnlyDictionary<string, object?> Input { get; init; } = ActivityContext.Empty;

    /// <summary>What the run belongs to.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>A name for the run.</summary>
    public string? Name { get; init; }

    /// <summary>The run that starts this one.</summary>
    public string? ParentInstanceId { get; init; }

    /// <summary>The trigger to begin with (elsa-contract 2.4).</summary>
    public string? TriggerActivityId { get; init; }

    /// <summary>What came with the trigger: an event's payload, a request as an object with the outputs of HttpEndpoint as members.</summary>
    public object? TriggerInput { get; init; }
}
