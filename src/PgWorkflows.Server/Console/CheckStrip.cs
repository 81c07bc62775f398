using PgWorkflows.Persistence.Checks;

namespace PgWorkflows.Server.Console;

/// <summary>A day of checks as a strip: one bar for every five minutes, as red as the worst check in it.</summary>
internal static class CheckStrip
{
    private const int Bars = 288;
    private const int BarWidth = 3;
    private const int Height = 36;

    public static Html Draw(Page page, IReadOnlyList<CheckFacts> checks, DateTimeOffset now)
    {
        var bars = checks.GroupBy(check => BarOf(check.StartedAt, now)).OrderBy(bar => bar.Key).Select(bar =>
        {
            var (good, bad) = (bar.Count(check => check.Succeeded), bar.Count(check => !check.Succeeded));
            var title = $"{TimeZoneInfo.ConvertTime(bar.First().StartedAt, page.Clock.LocalTimeZone):HH:mm}: {page.Say(Texts.CountOfChecks, good, bad)}";
            return page.Html($"<rect class=\"{(bad > 0 ? "bad" : "good")}\" x=\"{bar.Key * BarWidth}\" y=\"0\" width=\"{BarWidth - 1}\" height=\"{Height}\"><title>{title}</title></rect>");
        });
        var summary = page.Say(Texts.CountOfChecks, checks.Count(check => check.Succeeded), checks.Count(check => !check.Succeeded));
        return page.Html(
            $"""
            <figure>
            <svg class="strip" viewBox="0 0 {Bars * BarWidth} {Height}" preserveAspectRatio="none" role="img" aria-label="{summary}">
            <rect class="ground" x="0" y="0" width="{Bars * BarWidth}" height="{Height}"/>
            {bars}
            </svg>
            {HourAxis.Draw(page)}
            <figcaption>{summary}. {Texts.StripMeans}</figcaption>
            </figure>
            """);
    }

    private static int BarOf(DateTimeOffset at, DateTimeOffset now) =>
        Math.Clamp(Bars - 1 - (int)((now - at) / TimeSpan.FromMinutes(5)), 0, Bars - 1);
}

/// <summary>What stands below a plot of a day.</summary>
internal static class HourAxis
{
    public static Html Draw(Page page) => page.Html(
        $"""<div class="axis"><span>{page.Say(Texts.HoursAgo, 24)}</span><span>{page.Say(Texts.HoursAgo, 18)}</span><span>{page.Say(Texts.HoursAgo, 12)}</span><span>{page.Say(Texts.HoursAgo, 6)}</span><span>{Texts.Now}</span></div>""");
}
