using System.Globalization;

namespace PgWorkflows.Postgres.Resources;

/// <summary>What somebody asks for who switches maintenance on: a reason and an end. The same bounds on the command line, in the API and in the console.</summary>
/// <param name="Reason">Why nothing automatic shall act.</param>
/// <param name="Span">For how long.</param>
public sealed record MaintenanceRequest(string Reason, TimeSpan Span)
{
    /// <summary>The longest reason.</summary>
    public const int LongestReason = 500;

    /// <summary>Maintenance that is forgotten must not leave a server unprotected for good.</summary>
    public static readonly TimeSpan LongestSpan = TimeSpan.FromDays(30);

    private static readonly TimeSpan ShortestSpan = TimeSpan.FromMinutes(1);

    /// <summary>Reads what was given.</summary>
    /// <param name="reason">The reason as given.</param>
    /// <param name="span">The span as given: 90m, 2h or 3d.</param>
    /// <param name="problem">Which of the two is wrong, and how it should be; null when none is.</param>
    /// <returns>The request; null when one of the two is wrong.</returns>
    public static MaintenanceRequest? Read(string? reason, string? span, out MaintenanceProblem? problem)
    {
        var text = reason?.Trim() ?? "";
        problem = text.Length is 0 or > LongestReason || text.Any(char.IsControl)
            ? new("reason", $"The reason has 1 to {LongestReason} characters and no line breaks.")
            : ReadSpan(span) is null ? new("for", $"The time is a number and m, h or d, for example 90m, 2h or 3d: at least 1m and at most {LongestSpan.TotalDays}d.") : null;
        return problem is null ? new(text, ReadSpan(span)!.Value) : null;
    }

    private static TimeSpan? ReadSpan(string? text)
    {
        if (text is null || text.Length is < 2 or > 6 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        TimeSpan? span = text[^1] switch
        {
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => null,
        };
        return span >= ShortestSpan && span <= LongestSpan ? span : null;
    }
}

/// <summary>What is wrong with a request for maintenance.</summary>
/// <param name="Field">reason or for.</param>
/// <param name="Cure">How it should be.</param>
public sealed record MaintenanceProblem(string Field, string Cure);
