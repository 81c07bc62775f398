using System.Globalization;

namespace PgWorkflows.Server.Console;

/// <summary>How spans are written, and which colour a word has.</summary>
internal static class Words
{
    public static string Of(TimeSpan? span) => span switch
    {
        null => "",
        { TotalSeconds: < 1 } ms => ms.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms",
        { TotalMinutes: < 1 } s => s.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { } m => m.ToString(m.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture),
    };

    /// <summary>The style class of a result, a state or a severity; the word itself always stands beside the colour.</summary>
    public static string Tone(string? word) => word switch
    {
        "Succeeded" or "ISP" or "done" => "good",
        "Failed" or "OSF" or "Error" or "Incomplete" or "Faulted" or "failed" or "refused" => "bad",
        "Interrupted" or "Superseded" or "ISU" or "Running" => "warn",
        _ => "calm",
    };
}
