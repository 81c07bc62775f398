namespace PgWorkflows.Cli.Doctor;

/// <summary>How an examination turned out.</summary>
internal enum Verdict
{
    Good,

    /// <summary>Works, but somebody should know.</summary>
    Note,

    Bad,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Subject">The resource or the part, and what was looked at.</param>
/// <param name="Verdict">How it turned out.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Cure">What to do, unless all is well.</param>
internal sealed record Diagnosis(string Subject, Verdict Verdict, string Finding, string? Cure = null);
