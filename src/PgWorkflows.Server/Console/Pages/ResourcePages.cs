using PgWorkflows.Persistence.Checks;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Api;
using PgWorkflows.Server.Hosting;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>The first page with every resource, and one page for each.</summary>
internal static class ResourcePages
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", OverviewAsync).RequirePermission(Permissions.ReadResources);
        routes.MapGet("/resources/{name}", OneAsync).RequirePermission(Permissions.ReadResources);
    }

    private static async Task<IResult> OverviewAsync(HttpContext context, Reports reports, CheckHistory checks, ConfiguredResources configured, MaintenanceSwitch maintenance)
    {
        var page = Page.Of(context);
        var cards = new List<Html>();
        var modes = (await maintenance.AllAsync(context.RequestAborted)).ToDictionary(mode => mode.Resource, StringComparer.OrdinalIgnoreCase);
        foreach (var resource in await reports.ResourcesAsync(context.RequestAborted))
            cards.Add(Card(page, resource, await checks.LastAsync(resource.Name, context.RequestAborted), modes.GetValueOrDefault(resource.Name)));
        if (configured.Problems.Count > 0)
            cards.Add(NotProtected(page, configured.Problems));
        var body = page.Html($"<h1>{Texts.Resources}</h1>{(cards.Count == 0 ? page.Html($"<p>{Texts.NoResource}</p>") : page.Html($"<div class=\"cards\">{cards}</div>"))}");
        return new PageResult(page, page.Say(Texts.Resources), body, isLive: true);
    }

    private static Html Card(Page page, ResourceReport resource, CheckFacts? last, MaintenanceMode? mode) => page.Html(
        $"""
        <section class="card edge-{Tone(resource, last)}">
        <h2><a id="resource-{resource.Name}" href="{Links.Resource(resource.Name)}">{resource.Name}</a> {ResourceViews.State(page, resource.State)}</h2>
        {MaintenancePages.Banner(page, mode)}
        {Facts(page, resource, last)}
        {ResourceViews.Actions(page, resource.Name)}
        </section>
        """);

    private static Html NotProtected(Page page, IReadOnlyList<ConfigurationProblem> problems) => page.Html(
        $"""
        <section class="card edge-bad">
        <h2>{Texts.NotProtected} {page.Badge("Invalid")}</h2>
        <p>{Texts.MendAndStartAgain} <code>{problems[0].File}</code></p>
        <ul>{problems.Select(problem => page.Html($"<li><code>{problem.Key}</code> {problem.Problem}; {problem.Cure}.</li>"))}</ul>
        </section>
        """);

    /// <summary>The state's colour, unless a check has failed since the state was set: then nobody should have to read to see it.</summary>
    private static string Tone(ResourceReport resource, CheckFacts? last) =>
        last is { Succeeded: false } && !(resource.Since > last.StartedAt) ? "bad" : Words.Tone(resource.State);

    private static Html Facts(Page page, ResourceReport resource, CheckFacts? last) => page.Html(
        $"""
        <dl>
        <dt>{Texts.LastCheck}</dt><dd>{ResourceViews.LastCheck(page, last)}</dd>
        <dt>{Texts.UnderWay}</dt><dd>{ResourceViews.UnderWay(page, resource)}</dd>
        <dt>{Texts.Reason}</dt><dd>{resource.Reason}{(resource.Since is null ? default : page.Html($" <span class=\"quiet\">({Texts.Since} {resource.Since})</span>"))}</dd>
        </dl>
        """);

    private static async Task<IResult> OneAsync(HttpContext context, string name, Reports reports, CheckHistory checks, MaintenanceSwitch maintenance)
    {
        var page = Page.Of(context);
        var aborted = context.RequestAborted;
        var resource = (await reports.ResourcesAsync(aborted)).FirstOrDefault(resource => resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (resource is null)
            return MessagePage.NotFound(context);

        var now = page.Clock.GetUtcNow();
        var day = await checks.SinceAsync(resource.Name, now - Day, aborted);
        var hours = await checks.HoursSinceAsync(resource.Name, now - Day, aborted);
        var last = await checks.LastAsync(resource.Name, aborted);
        var mode = maintenance.Find(resource.Name) is { } configured ? await maintenance.NowAsync(configured, aborted) : null;
        var runs = await reports.RunsAsync(resource.Name, 15, aborted);
        var events = await reports.EventsAsync(resource.Name, 15, aborted);
        var body = page.Html(
            $"""
            <h1>{resource.Name} {ResourceViews.State(page, resource.State)}</h1>
            {MaintenancePages.Banner(page, mode)}
            {Facts(page, resource, last)}
            {ResourceViews.Actions(page, resource.Name)}
            {MaintenancePages.Link(page, resource.Name)}
            <h2>{Texts.Last24Hours}</h2>
            {(day.Count + hours.Count == 0 ? page.Html($"<p class=\"quiet\">{Texts.NoChecks}</p>") : CheckStrip.Draw(page, day, hours, now))}
            {(day.Count == 0 ? default : page.Html($"<h2>{Texts.Durations}</h2>{DurationPlot.Draw(page, day, now)}"))}
            <h2>{Texts.Runs}</h2>
            {ResourceViews.Runs(page, runs, withResource: false)}
            <h2>{Texts.Events}</h2>
            {ResourceViews.Events(page, events, withResource: false)}
            <dl class="quiet">
            <dt>{Texts.Service}</dt><dd>{resource.Service}</dd>
            <dt>{Texts.Port}</dt><dd>{resource.Port}</dd>
            <dt>{Texts.DataDirectory}</dt><dd>{resource.DataDirectory}</dd>
            </dl>
            """);
        return new PageResult(page, resource.Name, body, isLive: true);
    }
}
