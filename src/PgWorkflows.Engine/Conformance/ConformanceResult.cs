using System.Text.Json.Nodes;

namespace PgWorkflows.Engine.Conformance;

/// <summary>How a conformance case came out.</summary>
public enum ConformanceVerdict
{
    /// <summary>Every member was as expected.</summary>
    Passed,

    /// <summary>Something came out differently.</summary>
    Differs,

    /// <summary>The case was not compared; the result says why.</summary>
    Skipped,
}

/// <summary>What came out of one conformance case.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Verdict">Passed, differs or skipped.</param>
/// <param name="Difference">The first difference, or why the case was skipped; null when it passed.</param>
/// <param name="Observed">The case with <c>observed</c> in each step where it had <c>expected</c>.</param>
public sealed record ConformanceResult(string Name, ConformanceVerdict Verdict, string? Difference, JsonObject Observed);
