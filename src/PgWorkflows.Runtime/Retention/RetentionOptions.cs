using System.Globalization;
using Microsoft.Extensions.Configuration;
using PgWorkflows.Persistence.Retention;

namespace PgWorkflows.Runtime.Retention;

/// <summary>How long the history is kept, as configured.</summary>
/// <param name="Rules">How long what is kept.</param>
/// <param name="ExportTo">The folder where rows are written before they are deleted; null when they are not.</param>
public sealed record RetentionOptions(RetentionRules Rules, string? ExportTo)
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "PgWorkflows:Retention";

    private static readonly TimeSpan Shortest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);
    private static readonly string[] Known = [nameof(RetentionRules.GreenChecks), nameof(RetentionRules.Runs), nameof(RetentionRules.ImportantRuns), nameof(RetentionRules.Records), nameof(ExportTo)];

    /// <summary>Reads the section.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="problems">Gets everything that is wrong, with key and cure.</param>
    /// <returns>The options; what is wrong has its default.</returns>
    public static RetentionOptions Read(IConfiguration configuration, ICollection<(string Key, string Problem, string Cure)> problems)
    {
        var before = problems.Count;
        var section = configuration.GetSection(Section);
        foreach (var key in section.GetChildren().Where(key => !Known.Contains(key.Key, StringComparer.OrdinalIgnoreCase)))
            problems.Add((key.Path, "is unknown", $"known are {string.Join(", ", Known)}"));

        var standard = new RetentionRules();
        var rules = new RetentionRules
        {
            GreenChecks = Span(nameof(RetentionRules.GreenChecks), standard.GreenChecks),
            Runs = Span(nameof(RetentionRules.Runs), standard.Runs),
            ImportantRuns = Span(nameof(RetentionRules.ImportantRuns), standard.ImportantRuns),
            Records = Span(nameof(RetentionRules.Records), standard.Records),
        };
        if (problems.Count == before && rules.ImportantRuns < rules.Runs)
            problems.Add(($"{Section}:{nameof(RetentionRules.ImportantRuns)}", $"is shorter than {nameof(RetentionRules.Runs)} ({Text(rules.Runs)})", "keep failed runs at least as long as others"));

        var exportTo = section[nameof(ExportTo)];
        if (!string.IsNullOrEmpty(exportTo) && !Path.IsPathFullyQualified(exportTo))
            problems.Add(($"{Section}:{nameof(ExportTo)}", $"is '{exportTo}'", "write the absolute path of a folder"));
        return new(rules, string.IsNullOrEmpty(exportTo) ? null : exportTo);

        TimeSpan Span(string name, TimeSpan otherwise)
        {
            if (section[name] is not { } text)
                return otherwise;
            if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= Shortest && span <= Longest)
                return span;
            problems.Add(($"{Section}:{name}", $"is '{text}'", $"write a time from {Text(Shortest)} to {Text(Longest)}, for example {Text(otherwise)}"));
            return otherwise;
        }
    }

    private static string Text(TimeSpan span) => span.ToString("c", CultureInfo.InvariantCulture);
}
