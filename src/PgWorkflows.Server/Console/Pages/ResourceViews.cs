using PgWorkflows.Persistence.Checks;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>How a resource, a run and an event look wherever they are shown.</summary>
internal static class ResourceViews
{
    public static Html State(Page page, string state) => page.Badge(state, state switch
    {
        "ISP" => Texts.InServiceProtected,
        "ISU" => Texts.InServiceUnprotected,
        "OSU" => Texts.OutOfService,
        _ => Texts.OutOfServiceFailed,
    });

    public static Html LastCheck(Page page, CheckFacts? check) => check is null
        ? page.Html($"<span class=\"quiet\">{Texts.NeverChecked}</span>")
        : page.Html($"{page.Badge(check.Result)} <a href=\"/runs/{check.RunId}\">{check.Action}</a> {check.StartedAt}");

    public static Html UnderWay(Page page, ResourceReport resource) => resource.Running is null
        ? page.Html($"<span class=\"quiet\">{Texts.Nothing}</span>")
        : page.Html($"<span class=\"badge long warn\">{resource.Running}</span>");

    /// <summary>The five actions; each leads to a page that says what will happen.</summary>
    public static Html Actions(Page page, string resource) => page.May(Permissions.ExecActions)
        ? page.Html($"<div class=\"actions\" role=\"group\" aria-label=\"{Texts.Actions}\">{ResourceAction.All.Select(action => page.Html($"<a class=\"button {(action.ChangesState ? "strong" : "")}\" id=\"do-{action.Name}-{resource}\" href=\"{Links.Action(resource, action.Name)}\">{action.Name}</a>"))}</div>")
        : page.Html($"<p class=\"quiet\">{Texts.NeedsOperator}</p>");

    public static Html Runs(Page page, IReadOnlyList<RunSummary> runs, bool withResource) => page.Table(
        withResource ? [Texts.Started, Texts.Action, Texts.Resource, Texts.Result, Texts.Took, Texts.By] : [Texts.Started, Texts.Action, Texts.Result, Texts.Took, Texts.By],
        [.. runs.Select(run => page.Row(
        [
            (Texts.Started, page.Html($"<a href=\"/runs/{run.Id}\">{run.StartedAt}</a>")),
            (Texts.Action, page.Html($"{run.Action ?? run.DefinitionId}")),
            .. withResource ? [(Texts.Resource, run.Resource is null ? default : page.Html($"<a href=\"{Links.Resource(run.Resource)}\">{run.Resource}</a>"))] : Array.Empty<(Text, Html)>(),
            (Texts.Result, Result(page, run.Result ?? run.SubStatus, run.ReturnValue)),
            (Texts.Took, page.Html($"{run.FinishedAt - run.StartedAt}")),
            (Texts.By, page.Html($"{run.Trigger.By}")),
        ]))], Texts.NoRuns);

    public static Html Result(Page page, string word, int? returnValue) =>
        page.Html($"{page.Badge(word == "Executing" ? "Running" : word)}{(returnValue is > 0 and var value ? page.Html($" <span class=\"quiet\">{page.Say(Texts.ReturnValue, value)}</span>") : default)}");

    public static Html Events(Page page, IReadOnlyList<EventReport> events, bool withResource) => page.Table(
        withResource ? [Texts.Time, Texts.Number, Texts.Resource, Texts.Message] : [Texts.Time, Texts.Number, Texts.Message],
        [.. events.Select(e => page.Row(
        [
            (Texts.Time, e.Run is null ? page.Html($"{e.Timestamp}") : page.Html($"<a href=\"/runs/{e.Run}\">{e.Timestamp}</a>")),
            (Texts.Number, page.Html($"<span class=\"badge {Words.Tone(e.Severity)}\">{e.Id}</span>")),
            .. withResource ? [(Texts.Resource, page.Html($"<a href=\"{Links.Resource(e.Resource)}\">{e.Resource}</a>"))] : Array.Empty<(Text, Html)>(),
            (Texts.Message, page.Html($"{e.Text}")),
        ]))], Texts.NothingFound);
}

/// <summary>Addresses of pages; names are data.</summary>
internal static class Links
{
    public static string Resource(string name) => "/resources/" + Uri.EscapeDataString(name);

    public static string Action(string resource, string action) => $"{Resource(resource)}/actions/{action}";
}
