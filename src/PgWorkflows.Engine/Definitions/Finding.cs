namespace PgWorkflows.Engine.Definitions;

/// <summary>How grave a finding is: errors keep a definition from being published, warnings do not.</summary>
public enum Severity
{
    /// <summary>Likely not what was meant.</summary>
    Warning,

    /// <summary>The definition cannot run as drawn.</summary>
    Error,
}

/// <summary>Something wrong with a definition, with its place and its cure.</summary>
/// <param name="Severity">How grave it is.</param>
/// <param name="Place">The JSON path, or the activity's label and id.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Cure">What to do about it.</param>
public sealed record Finding(Severity Severity, string Place, string Problem, string Cure)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{(Severity == Severity.Error ? "error" : "warning")}: {Place}: {Problem}. {Cure}.";
}
