using PgWorkflows.Postgres.Resources;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Api;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>Switches maintenance of a resource on and off, on a page of its own: a page that refreshes itself would take the words out of one's hands.</summary>
internal static class MaintenancePages
{
    private const string Route = "/resources/{name}/maintenance";
    private const string Standard = "2h";

    private static readonly string[] Spans = ["30m", "1h", "2h", "4h", "8h", "1d", "3d", "7d", "30d"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPage(Route, context => AskAsync(context, null)).RequirePermission(Permissions.ExecActions);
        routes.MapForm(Route, OnAsync).RequirePermission(Permissions.ExecActions);
        routes.MapForm(Route + "/off", OffAsync).RequirePermission(Permissions.ExecActions);
    }

    /// <summary>Who, why and until when; nothing when the resource is not in maintenance.</summary>
    public static Html Banner(Page page, MaintenanceMode? mode) => mode is null ? default : page.Html(
        $"""<p class="note maintenance"><strong>{Texts.InMaintenance}</strong> {page.Say(Texts.MaintenanceBy, mode.Owner)} {page.Time(mode.Until)}: {mode.Reason}</p>""");

    /// <summary>The way to this page for those who may switch.</summary>
    public static Html Link(Page page, string resource) => page.May(Permissions.ExecActions)
        ? page.Html($"<p><a id=\"maintenance-{resource}\" href=\"{Links.Resource(resource)}/maintenance\">{Texts.Maintenance}</a></p>") : default;

    private static async Task<IResult> AskAsync(HttpContext context, MaintenanceProblem? problem)
    {
        var page = Page.Of(context);
        var maintenance = Switch(context);
        if (maintenance.Find((string)context.GetRouteValue("name")!) is not { } resource)
            return MessagePage.NotFound(context);

        var mode = await maintenance.NowAsync(resource, context.RequestAborted);
        var address = $"{Links.Resource(resource.Name)}/maintenance";
        var body = page.Html(
            $"""
            <div class="narrow">
            <h1>{Texts.Maintenance} · {resource.Name}</h1>
            <p>{Texts.MaintenanceMeans}</p>
            {Banner(page, mode)}
            {page.Problem(problem is null ? null : problem.Field == "reason" ? Texts.BadReason : Texts.BadSpan)}
            {page.Form(address, page.Html(
                $"""
                <label>{Texts.Reason} <input name="reason" maxlength="{MaintenanceRequest.LongestReason}" value="{mode?.Reason}" autocomplete="off" required></label>
                <label>{Texts.ForHowLong} <select name="for">{Spans.Select(span => page.Html($"<option{(span == Standard ? page.Html($" selected") : default)}>{span}</option>"))}</select></label>
                <button class="primary" id="maintenance-on">{(mode is null ? Texts.SwitchOn : Texts.Change)}</button>
                """))}
            {(mode is null ? default : page.Form(address + "/off", page.Html($"<button id=\"maintenance-off\">{Texts.SwitchOff}</button>")))}
            <p><a class="button" href="{Links.Resource(resource.Name)}">{Texts.Back}</a></p>
            </div>
            """);
        return new PageResult(page, $"{page.Say(Texts.Maintenance)} {resource.Name}", body, problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> OnAsync(HttpContext context, Form form)
    {
        var maintenance = Switch(context);
        if (maintenance.Find((string)context.GetRouteValue("name")!) is not { } resource)
            return MessagePage.NotFound(context);
        if (MaintenanceRequest.Read(form["reason"], form["for"], out var problem) is not { } request)
            return await AskAsync(context, problem);
        await maintenance.OnAsync(context, resource, request);
        return Results.LocalRedirect(Links.Resource(resource.Name));
    }

    private static async Task<IResult> OffAsync(HttpContext context, Form form)
    {
        var maintenance = Switch(context);
        if (maintenance.Find((string)context.GetRouteValue("name")!) is not { } resource)
            return MessagePage.NotFound(context);
        await maintenance.OffAsync(context, resource);
        return Results.LocalRedirect(Links.Resource(resource.Name));
    }

    private static MaintenanceSwitch Switch(HttpContext context) => context.RequestServices.GetRequiredService<MaintenanceSwitch>();
}
