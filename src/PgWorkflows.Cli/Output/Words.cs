using System.Globalization;

namespace PgWorkflows.Cli.Output;

/// <summary>How times and results are written for people, the same in every locale.</summary>
internal static class Words
{
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + "Z";

    public static string Of(TimeSpan? span) => span switch
    {
        null => "",
        { TotalMilliseconds: < 10 } short10 => short10.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms",
        { TotalSeconds: < 1 } ms => ms.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms",
        { TotalMinutes: < 1 } s => s.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { } m => m.ToString(m.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture),
    };

    /// <summary>The colour of a result or a status.</summary>
    public static string Colour(string? result) => result switch
    {
        "Succeeded" or "ISP" or "Information" => "green",
        "Failed" or "OSF" or "Error" or "Incomplete" => "red",
        "Interrupted" or "Superseded" or "ISU" => "yellow",
        _ => "default",
    };
}
