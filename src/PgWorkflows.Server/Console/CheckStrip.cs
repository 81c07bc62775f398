using PgWorkflows.Persistence.Checks;

namespace PgWorkflows.Server.Console;

/// <summary>
/// A day of checks as a strip: one bar for every five minutes, as red as the worst check in it. Where only the count of an hour is left, the bar below is an hour wide.
/// </summary>
internal static class CheckStrip
{
    private const int Bars = 288;
    private const int BarWidth = 3;
    private const int Height = 36;

    public static Html Draw(Page page, IReadOnlyList<CheckFacts> checks, IReadOnlyList<CheckHour> hours, DateTimeOffset now)
    {
        var bars = checks.GroupBy(check => BarOf(check.StartedAt, now)).OrderBy(bar => bar.Key).Select(bar =>
        {
            var (good, bad) = (bar.Count(check => check.Succeeded), bar.Count(check => !check.Succeeded));
            var title = $"{TimeZoneInfo.ConvertTime(bar.First().StartedAt, page.Clock.LocalTimeZone):HH:mm}: {page.Say(Texts.CountOfChecks, good, bad)}";
            return page.Html($"<rect class=\"{(bad > 0 ? "bad" : "good")}\" x=\"{bar.Key * BarWidth}\" y=\"0\" width=\"{BarWidth - 1}\" height=\"{Height}\"><title>{title}</title></rect>");
        });
        var wide = hours.GroupBy(hour => hour.Hour).Select(hour =>
        {
            var (from, to) = (BarOf(hour.Key, now), BarOf(hour.Key + TimeSpan.FromHours(1), now));
            var title = $"{TimeZoneInfo.ConvertTime(hour.Key, page.Clock.LocalTimeZone):HH:mm}: {page.Say(Texts.CountInHour, hour.Sum(one => one.Checks))}";
            return page.Html($"<rect class=\"good\" x=\"{from * BarWidth}\" y=\"0\" width=\"{(to - from) * BarWidth - 1}\" height=\"{Height}\"><title>{title}</title></rect>");
        });
        var summary = page.Say(Texts.CountOfChecks, checks.Count(check => check.Succeeded) + hours.Sum(hour => hour.Checks), checks.Count(check => !check.Succeeded));
        return page.Html(
            $"""
            <figure>
            <svg class="strip" viewBox="0 0 {Bars * BarWidth} {Height}" preserveAspectRatio="none" role="img" aria-label="{summary}">
            <rect class="ground" x="0" y="0" width="{Bars * BarWidth}" height="{Height}"/>
            {wide}{bars}
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
