using System.Globalization;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>The event log, searched and paged.</summary>
internal static class EventPage
{
    private const int PageLength = 100;
    public const int LongestSearch = 200;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/events", ShowAsync).RequirePermission(Permissions.ReadResources);

    private static async Task<IResult> ShowAsync(HttpContext context, Installation installation, EventSearch search, string? text, string? resource, string? severity, long? before)
    {
        var page = Page.Of(context);
        if (text?.Length > LongestSearch || resource?.Length > LongestSearch || severity?.Length > LongestSearch)
            return MessagePage.Show(context, StatusCodes.Status400BadRequest, page.Say(Texts.SearchTooLong));

        var query = new EventQuery(Given(resource), Given(text), Given(severity), before, PageLength);
        var events = await search.FindAsync(query, context.RequestAborted);
        var older = events.Count < PageLength ? default
            : page.Html($"<p><a class=\"button\" href=\"/events?text={Uri.EscapeDataString(text ?? "")}&amp;resource={Uri.EscapeDataString(resource ?? "")}&amp;severity={Uri.EscapeDataString(severity ?? "")}&amp;before={events[^1].Number}\">{Texts.Older}</a></p>");
        var body = page.Html(
            $"""
            <h1>{Texts.Events}</h1>
            <form method="get" action="/events" class="filter" role="search">
            <input name="text" type="search" value="{text}" maxlength="{LongestSearch}" placeholder="{Texts.Search}" aria-label="{Texts.Search}">
            <select name="resource" aria-label="{Texts.Resource}">{Options(page, Texts.AnyResource, installation.Resources.All.Select(one => one.Name), resource)}</select>
            <select name="severity" aria-label="{Texts.Severity}">{Options(page, Texts.AnySeverity, Enum.GetNames<EventSeverity>(), severity)}</select>
            <button>{Texts.Search}</button>
            </form>
            {ResourceViews.Events(page, [.. events.Select(Reports.Event)], withResource: true)}
            {older}
            """);
        // An older page does not change, and must not be pulled away under somebody who reads it.
        return new PageResult(page, page.Say(Texts.Events), body, isLive: before is null);
    }

    private static Html Options(Page page, Text any, IEnumerable<string> values, string? chosen) => page.Html(
        $"<option value=\"\">{any}</option>{values.Select(value => page.Html($"<option{(value.Equals(chosen, StringComparison.OrdinalIgnoreCase) ? page.Html($" selected") : default)}>{value}</option>"))}");

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
