namespace PgWorkflows.Postgres.Resources;

/// <summary>One thing wrong with the configuration, and what to do about it.</summary>
/// <param name="File">The file it stands in.</param>
/// <param name="Key">The key, for example <c>PgWorkflows:Resources:0:port</c>; empty when it is the file as a whole.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Cure">What to write instead.</param>
public sealed record ConfigurationProblem(string File, string Key, string Problem, string Cure)
{
    /// <summary>One line that names file, key, problem and cure.</summary>
    public override string ToString() => Commands.OutputText.Printable(
        Key.Length == 0 ? $"{File}: {Problem}; {Cure}." : $"{File}: {Key}: {Problem}; {Cure}.");
}
