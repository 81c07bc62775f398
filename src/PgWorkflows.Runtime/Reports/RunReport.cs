using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime.Reports;

/// <summary>A run as it is told to people and programs alike: what <c>pgw show --json</c> prints and the API answers.</summary>
public sealed record RunReport
{
    /// <summary>The run's id.</summary>
    public required string Id { get; init; }

    /// <summary>The protected resource; null for other workflows.</summary>
    public string? Resource { get; init; }

    /// <summary>The action; null for other workflows.</summary>
    public string? Action { get; init; }

    /// <summary>How it ended; null while it goes on.</summary>
    public string? Result { get; init; }

    /// <summary>The action's return value (actions.md).</summary>
    public int? ReturnValue { get; init; }

    /// <summary>Elsa's status.</summary>
    public required string Status { get; init; }

    /// <summary>Elsa's sub-status.</summary>
    public required string SubStatus { get; init; }

    /// <summary>Why it ended from outside.</summary>
    public string? Note { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Who or what asked for it.</summary>
    public required RunOrigin Trigger { get; init; }

    /// <summary>What it ran.</summary>
    public required DefinitionReport Definition { get; init; }

    /// <summary>The documented step list.</summary>
    public required IReadOnlyList<StepReport> Steps { get; init; }

    /// <summary>The events it logged, the oldest first.</summary>
    public required IReadOnlyList<RunEventReport> Events { get; init; }

    /// <summary>It goes on.</summary>
    public bool IsRunning => Result is null && Status == "Running";
}

/// <summary>The definition version that a run ran.</summary>
public sealed record DefinitionReport(string Id, int Version, string VersionId, string Hash);

/// <summary>An event of a run.</summary>
public sealed record RunEventReport(int Id, string Severity, string Text, DateTimeOffset Timestamp);

/// <summary>An event of the log.</summary>
public sealed record EventReport(long Number, int Id, string Severity, string Text, string Resource, string? Run, DateTimeOffset Timestamp);

/// <summary>A run in a list.</summary>
public sealed record RunSummary(
    string Id, string? Resource, string? Action, string? Result, int? ReturnValue, string Status, string SubStatus,
    DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, RunOrigin Trigger, string DefinitionId);

/// <summary>A protected resource with what is believed of it.</summary>
public sealed record ResourceReport(
    string Name, string State, string Reason, DateTimeOffset? Since, int Port, string DataDirectory, string Service, string? Running, RunSummary? LastRun);
