using System.Globalization;
using PgWorkflows.Persistence;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console;

/// <summary>Puts a page into its frame and sends it; for the script that keeps pages live only what is inside the frame.</summary>
internal sealed class PageResult(Page page, string title, Html body, int status = StatusCodes.Status200OK, bool isLive = false) : IResult
{
    public Task ExecuteAsync(HttpContext context)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync((page.IsLive ? page.Html($"{Banner()}{body}") : Frame()).ToString());
    }

    private Html Frame() => page.Html(
        $"""
        <!doctype html>
        <html lang="{(page.Language == Language.Japanese ? "ja" : "en")}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title} · PgWorkflows</title>
        <link rel="stylesheet" href="/assets/console.css">
        <link rel="icon" href="/assets/icon.svg">
        <script src="/assets/console.js" defer></script>
        </head>
        <body>
        <a class="skip" href="#main">{Texts.SkipToContent}</a>
        <header>
        <a class="brand" href="/">PgWorkflows</a>
        {Navigation()}
        <div class="own">{Languages()}{Own()}</div>
        </header>
        <p id="lost" class="problem" role="alert" hidden>{Texts.Lost} <span id="lost-since"></span></p>
        <main id="main" tabindex="-1"{(isLive ? page.Html($" data-live=\"2000\"") : default)}>
        {Banner()}{body}
        </main>
        <footer>{page.Say(Texts.TimesAre, Zone())}{(page.May(Permissions.ReadResources) ? page.Html($" <a href=\"/help/api\">{Texts.Api}</a>") : default)}</footer>
        </body>
        </html>

        """);

    /// <summary>Over every page while the history cannot be written. Who is not signed in learns only that.</summary>
    private Html Banner() => page.Trouble is not { } trouble ? default : page.Html(
        $"""
        <p class="problem" role="alert" id="history-trouble">{Texts.HistoryTrouble} {(page.Caller is null ? default : page.Html($"{Texts.Since} {page.Time(trouble.Since)}: {trouble.Message} <strong>{Cure(trouble)}</strong>"))}</p>
        """);

    private static Text Cure(HistoryTrouble trouble) => trouble.Kind switch
    {
        HistoryTroubleKind.Full => Texts.CureFull,
        HistoryTroubleKind.ReadOnly => Texts.CureReadOnly,
        _ => Texts.CureFailing,
    };

    private Html Navigation()
    {
        if (page.Caller is null)
            return default;
        (string Path, Text Name, string Permission)[] links =
        [
            ("/", Texts.Resources, Permissions.ReadResources), ("/runs", Texts.Runs, Permissions.ReadResources), ("/events", Texts.Events, Permissions.ReadResources),
            ("/studio/definitions", Texts.Workflows, "read:workflow-definitions"), ("/users", Texts.Users, Permissions.ManageUsers),
            ("/keys", Texts.Keys, Permissions.ManageKeys), ("/audit", Texts.Audit, Permissions.ReadAudit),
        ];
        return page.Html($"<nav>{links.Where(link => page.May(link.Permission)).Select(link => page.Html($"<a href=\"{link.Path}\"{(IsHere(link.Path) ? page.Html($" aria-current=\"page\"") : default)}>{link.Name}</a>"))}</nav>");
    }

    private bool IsHere(string path) => path == "/" ? page.Path == "/" || page.Path.StartsWith("/resources", StringComparison.Ordinal) : page.Path.StartsWith(path, StringComparison.Ordinal);

    private Html Languages() => page.Form("/language", page.Html(
        $"""
        <input type="hidden" name="returnUrl" value="{page.Here}">
        {(page.Language == Language.Japanese
            ? page.Html($"<button class=\"link\" name=\"language\" value=\"en\" lang=\"en\">English</button>")
            : page.Html($"<button class=\"link\" name=\"language\" value=\"ja\" lang=\"ja\">日本語</button>"))}
        """), "inline");

    private Html Own() => page.Caller is null ? default : page.Html(
        $"""
        <a href="/account" title="{Texts.Account}">{page.Caller.Name}</a>
        {page.Form("/sign-out", page.Html($"<button class=\"link\">{Texts.SignOut}</button>"), "inline")}
        """);

    private string Zone()
    {
        var offset = page.Clock.LocalTimeZone.GetUtcOffset(page.Clock.GetUtcNow());
        return "UTC" + (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);
    }
}

/// <summary>A page that only says something: a refusal, an address that leads nowhere.</summary>
internal static class MessagePage
{
    public static PageResult Show(HttpContext context, int status, string detail)
    {
        var page = Page.Of(context);
        return new(page, $"{status}", page.Html($"<h1>{status}</h1><p>{detail}</p><p><a href=\"/\">{Texts.Resources}</a></p>"), status);
    }

    public static PageResult NotFound(HttpContext context) => Show(context, StatusCodes.Status404NotFound, Page.Of(context).Say(Texts.NoSuchPage));
}
