using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>The list of runs, and a run as the documented step list.</summary>
internal static class RunPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/runs", ListAsync).RequirePermission(Permissions.ReadResources);
        routes.MapGet("/runs/{id}", OneAsync).RequirePermission(Permissions.ReadResources);
    }

    private static async Task<IResult> ListAsync(HttpContext context, Reports reports)
    {
        var page = Page.Of(context);
        var runs = await reports.RunsAsync(null, 100, context.RequestAborted);
        return new PageResult(page, page.Say(Texts.Runs), page.Html($"<h1>{Texts.Runs}</h1>{ResourceViews.Runs(page, runs, withResource: true)}"), isLive: true);
    }

    private static async Task<IResult> OneAsync(HttpContext context, string id, Reports reports, Installation installation)
    {
        if (id.Length > 64 || await reports.FindAsync(id, context.RequestAborted) is not FoundRun.One(var run) || run.Id != id)
            return MessagePage.NotFound(context);

        var page = Page.Of(context);
        var what = run.Action ?? run.Definition.Id;
        var drawing = await DrawingAsync(page, run, installation, context.RequestAborted);
        var body = page.Html(
            $"""
            <h1>{what}{(run.Resource is null ? default : page.Html($" · <a href=\"{Links.Resource(run.Resource)}\">{run.Resource}</a>"))} {ResourceViews.Result(page, run.Result ?? run.SubStatus, run.ReturnValue)}</h1>
            {(run.IsRunning ? page.Html($"<p class=\"note\">{Texts.GoesOn}</p>") : default)}
            {(run.Note is null ? default : page.Html($"<p class=\"note\">{run.Note}</p>"))}
            <dl>
            <dt>{Texts.Started}</dt><dd>{run.StartedAt}</dd>
            <dt>{Texts.Took}</dt><dd>{run.FinishedAt - run.StartedAt}</dd>
            <dt>{Texts.By}</dt><dd>{run.Trigger.By} ({run.Trigger.Kind})</dd>
            <dt>{Texts.Definition}</dt><dd>{run.Definition.Id}, {page.Say(Texts.Version, run.Definition.Version)} <span class="quiet">{run.Definition.Hash[..12]}</span></dd>
            <dt>{Texts.Run}</dt><dd>{run.Id}</dd>
            </dl>
            <p><a class="button" href="/studio/instances/{run.Id}">{Texts.OnTheCanvas}</a></p>
            <h2>{Texts.Steps}</h2>
            <div class="beside">
            {(run.Steps.Count == 0 ? page.Html($"<p class=\"quiet\">{Texts.NoSteps}</p>") : page.Html($"<ol class=\"steps\">{run.Steps.Select(step => Step(page, step))}</ol>"))}
            {drawing}
            </div>
            <h2>{Texts.Events}</h2>
            {Events(page, run)}
            """);
        return new PageResult(page, $"{what} {run.Resource}", body, isLive: run.IsRunning || page.IsLive);
    }

    private static async Task<Html> DrawingAsync(Page page, RunReport run, Installation installation, CancellationToken aborted) =>
        await installation.Definitions.FindAsync(run.Definition.VersionId, aborted) is { } stored
            ? RunDrawing.Draw(page, stored.Definition, await installation.History.StepsAsync(run.Id, aborted)) : default;

    private static Html Step(Page page, StepReport step) => page.Html(
        $"""
        <li class="{(step.IsFailure ? "failed" : "")}">
        <div class="step"><strong>{step.Label}</strong> <span class="badge {(step.IsFailure ? "bad" : "calm")}" title="{Texts.Branch}">{step.Outcome ?? step.Status}</span>
        <span class="quiet">{step.StartedAt} · {step.FinishedAt - step.StartedAt}</span></div>
        {(step.Text is null ? default : page.Html($"<p>{step.Text}</p>"))}
        {(step.Command is null ? default : page.Html($"<p class=\"evidence\"><span class=\"quiet\">{Texts.Ran}</span> <code>{step.Command}</code>{(step.ExitCode is { } code ? page.Html($" <span class=\"quiet\">{page.Say(Texts.ExitCode, code)}</span>") : default)}</p>"))}
        {(string.IsNullOrEmpty(step.Output) ? default : page.Html($"<p class=\"evidence\"><span class=\"quiet\">{Texts.CameBack}</span> <code>{step.Output}</code></p>"))}
        </li>
        """);

    private static Html Events(Page page, RunReport run) => page.Table([Texts.Time, Texts.Number, Texts.Message],
        [.. run.Events.Select(e => page.Row(
            (Texts.Time, page.Html($"{e.Timestamp}")),
            (Texts.Number, page.Html($"<span class=\"badge {Words.Tone(e.Severity)}\">{e.Id}</span>")),
            (Texts.Message, page.Html($"{e.Text}"))))], Texts.NothingFound);
}
