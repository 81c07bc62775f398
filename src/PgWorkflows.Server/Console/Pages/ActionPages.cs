using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Api;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>Before an action: what will happen, and one button. It works without any script.</summary>
internal static class ActionPages
{
    private const string Route = "/resources/{name}/actions/{action}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Route, (HttpContext context, string name, string action) => AskAsync(context, name, action, null)).RequirePermission(Permissions.ExecActions);
        routes.MapForm(Route, RunAsync).RequirePermission(Permissions.ExecActions);
    }

    private static async Task<IResult> AskAsync(HttpContext context, string name, string actionName, StartOutcome.Busy? busy)
    {
        var page = Page.Of(context);
        var resource = (await context.RequestServices.GetRequiredService<Reports>().ResourcesAsync(context.RequestAborted))
            .FirstOrDefault(resource => resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        var action = ResourceAction.All.FirstOrDefault(action => action.Name == actionName);
        if (resource is null || action is null)
            return MessagePage.NotFound(context);

        var body = page.Html(
            $"""
            <div class="narrow">
            <h1>{action.Name} · {resource.Name}</h1>
            <p>{ResourceViews.State(page, resource.State)}</p>
            {(busy is null ? default : page.Html($"<p class=\"problem\" role=\"alert\">{page.Say(Texts.Busy, busy.Holder, resource.Name)} <a href=\"/runs/{busy.Holder.InstanceId}\">{Texts.Run}</a></p>"))}
            <h2>{Texts.WhatWillHappen}</h2>
            <p>{What(action)}</p>
            {(action.ChangesState || resource.State == nameof(ResourceState.ISP) ? default : page.Html($"<p class=\"note\">{page.Say(Texts.ChecksNeedIsp, resource.State)}</p>"))}
            {(resource.Running is null || busy is not null ? default : page.Html($"<p class=\"note\">{page.Say(Texts.BusyNow, resource.Running)}</p>"))}
            {page.Form(Links.Action(resource.Name, action.Name), page.Html(
                $"""
                <button class="{(action.ChangesState ? "danger" : "primary")}" id="confirm" autofocus>{page.Say(Texts.RunIt, action.Name, resource.Name)}</button>
                <a class="button" href="{Links.Resource(resource.Name)}">{Texts.Back}</a>
                """), "actions")}
            </div>
            """);
        return new PageResult(page, $"{action.Name} {resource.Name}", body, busy is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> RunAsync(HttpContext context, Form form)
    {
        var (name, actionName) = ((string)context.GetRouteValue("name")!, (string)context.GetRouteValue("action")!);
        if (ResourceAction.All.FirstOrDefault(action => action.Name == actionName) is not { } action)
            return MessagePage.NotFound(context);

        var started = await context.RequestServices.GetRequiredService<Operations>().StartAsync(context, name, action, "console");
        return started switch
        {
            StartOutcome.Started(var runId, _, _) => Results.LocalRedirect($"/runs/{runId}"),
            StartOutcome.Busy busy => await AskAsync(context, name, actionName, busy),
            _ => MessagePage.NotFound(context),
        };
    }

    private static Text What(ResourceAction action) => action.Name switch
    {
        "quickCheck" => Texts.QuickCheckDoes,
        "deepCheck" => Texts.DeepCheckDoes,
        "restore" => Texts.RestoreDoes,
        "remove" => Texts.RemoveDoes,
        "recover" => Texts.RecoverDoes,
        _ => throw new System.Diagnostics.UnreachableException($"Unexpected {action.Name}"),
    };
}
