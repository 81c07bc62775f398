using PgWorkflows.Persistence.Audit;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>Who signed in, was refused, changed or ran what.</summary>
internal static class AuditPage
{
    private const int PageLength = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/audit", ShowAsync).RequirePermission(Permissions.ReadAudit);

    private static async Task<IResult> ShowAsync(HttpContext context, AuditStore audit, string? text, long? before)
    {
        var page = Page.Of(context);
        if (text?.Length > EventPage.LongestSearch)
            return MessagePage.Show(context, StatusCodes.Status400BadRequest, page.Say(Texts.SearchTooLong));

        var rows = await audit.ListAsync(string.IsNullOrWhiteSpace(text) ? null : text.Trim(), before, PageLength, context.RequestAborted);
        var older = rows.Count < PageLength ? default
            : page.Html($"<p><a class=\"button\" href=\"/audit?text={Uri.EscapeDataString(text ?? "")}&amp;before={rows[^1].Number}\">{Texts.Older}</a></p>");
        var body = page.Html(
            $"""
            <h1>{Texts.Audit}</h1>
            <form method="get" action="/audit" class="filter" role="search">
            <input name="text" type="search" value="{text}" maxlength="{EventPage.LongestSearch}" placeholder="{Texts.Search}" aria-label="{Texts.Search}">
            <button>{Texts.Search}</button>
            </form>
            {page.Table([Texts.Time, Texts.Who, Texts.What, Texts.Target, Texts.Outcome, Texts.Address, Texts.Detail], [.. rows.Select(row => page.Row(
                (Texts.Time, page.Html($"{row.Timestamp}")),
                (Texts.Who, page.Html($"{row.Entry.Actor}")),
                (Texts.What, page.Html($"{row.Entry.Action}")),
                (Texts.Target, page.Html($"{row.Entry.Target}")),
                (Texts.Outcome, page.Badge(row.Entry.Outcome)),
                (Texts.Address, page.Html($"{row.Entry.Address}")),
                (Texts.Detail, page.Html($"{row.Entry.Detail}"))))], Texts.NothingFound)}
            {older}
            """);
        return new PageResult(page, page.Say(Texts.Audit), body);
    }
}
