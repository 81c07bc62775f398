namespace PgWorkflows.Persistence.Retention;

/// <summary>How long what is kept. A span counts from a run's end, and of other rows from their time.</summary>
public sealed record RetentionRules
{
    /// <summary>Checks that succeeded or were skipped; then only their counts and durations by the hour are kept.</summary>
    public TimeSpan GreenChecks { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Runs that are neither green checks nor failed nor state-changing.</summary>
    public TimeSpan Runs { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Runs that failed, and runs that started or stopped something.</summary>
    public TimeSpan ImportantRuns { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Events, the audit, changes of state, the hourly counts of checks, and what is known of runs in an Elsa server.</summary>
    public TimeSpan Records { get; init; } = TimeSpan.FromDays(400);
}

/// <summary>What a pass has taken out of the history.</summary>
/// <param name="Checks">Green checks that were rolled up.</param>
/// <param name="Runs">Other runs.</param>
/// <param name="Records">Events, rows of the audit, changes of state and hours of checks.</param>
/// <param name="Definitions">Deleted versions of definitions that nobody names any more.</param>
public sealed record RetentionReport(int Checks, int Runs, int Records, int Definitions)
{
    /// <summary>There was nothing to do.</summary>
    public bool IsEmpty => this is (0, 0, 0, 0);
}
