using PgWorkflows.Persistence.Checks;

namespace PgWorkflows.Server.Console;

/// <summary>How long the checks of a day took: a dot each, thinned to what an eye can tell apart.</summary>
internal static class DurationPlot
{
    // Drawn without keeping the shape, so that it fills any width; a dot is the round end of a line without length, which keeps its own.
    private const int Width = 864;
    private const int Height = 80;

    public static Html Draw(Page page, IReadOnlyList<CheckFacts> checks, DateTimeOffset now)
    {
        var longest = checks.Max(check => check.FinishedAt - check.StartedAt);
        var scale = Math.Max(longest.TotalMilliseconds, 1);
        var dots = checks.Select(check => (
                X: (int)(Width - (now - check.StartedAt) / TimeSpan.FromHours(24) * Width),
                Y: (int)(Height - 4 - (check.FinishedAt - check.StartedAt).TotalMilliseconds / scale * (Height - 8)),
                check.Succeeded))
            .Distinct().Select(dot => page.Html($"<path class=\"{(dot.Succeeded ? "good" : "bad")}\" d=\"M{dot.X} {dot.Y}h0\"/>"));
        var label = page.Say(Texts.Longest, Words.Of(longest));
        return page.Html(
            $"""
            <figure>
            <svg class="plot" viewBox="0 0 {Width} {Height}" preserveAspectRatio="none" role="img" aria-label="{Texts.Durations}: {label}">
            <line x1="0" y1="4" x2="{Width}" y2="4"/><line x1="0" y1="{Height - 4}" x2="{Width}" y2="{Height - 4}"/>
            {dots}
            </svg>
            {HourAxis.Draw(page)}
            <figcaption>{label}</figcaption>
            </figure>
            """);
    }
}
