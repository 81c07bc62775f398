using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Antiforgery;
using PgWorkflows.Persistence;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console;

/// <summary>What every page knows: who reads it, in which language, and how a form proves where it comes from.</summary>
internal sealed class Page
{
    /// <summary>The script asks with this header for what is inside <c>main</c> only, every few seconds.</summary>
    public const string LiveHeader = "X-Live";

    private readonly HttpContext _context;

    private Page(HttpContext context)
    {
        _context = context;
        Caller = Access.Caller.Of(context.User);
        Language = LanguageChoice.Of(context.Request);
        Clock = context.RequestServices.GetRequiredService<TimeProvider>();
    }

    public Caller? Caller { get; }

    public Language Language { get; }

    public TimeProvider Clock { get; }

    /// <summary>What keeps the history from being written, or null.</summary>
    public HistoryTrouble? Trouble => _context.RequestServices.GetRequiredService<Installation>().Database.Health.Trouble;

    public bool IsLive => _context.Request.Headers.ContainsKey(LiveHeader);

    /// <summary>Where a switch of the language comes back to.</summary>
    public string Here => HttpMethods.IsGet(_context.Request.Method) ? _context.Request.Path + _context.Request.QueryString : "/";

    public string Path => _context.Request.Path;

    public static Page Of(HttpContext context) => new(context);

    public bool May(string permission) => Caller?.May(permission) is true;

    /// <summary>Markup with its holes encoded; texts come out in the page's language, times in the server's zone.</summary>
#pragma warning disable CA1822 // The handler is made with this page.
    public Html Html([InterpolatedStringHandlerArgument("")] HtmlWriter markup) => markup.ToHtml();
#pragma warning restore CA1822

    public string Say(Text text, params ReadOnlySpan<object?> values) =>
        values.IsEmpty ? text.In(Language) : string.Format(CultureInfo.InvariantCulture, text.In(Language), values);

    public Html Time(DateTimeOffset? time) => time is not { } at ? default
        : Html($"""<time datetime="{at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture)}Z">{TimeZoneInfo.ConvertTime(at, Clock.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}</time>""");

    public Html Badge(string? word, Text? meaning = null) =>
        Html($"""<span class="badge {Words.Tone(word)}">{word}</span>{(meaning is null ? default : Html($" <span class=\"quiet\">{meaning}</span>"))}""");

    /// <summary>A form that changes something; it carries the antiforgery token.</summary>
    public Html Form(string action, Html fields, string kind = "stack")
    {
        var token = _context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(_context);
        return Html($"""<form method="post" action="{action}" class="{kind}"><input type="hidden" name="{token.FormFieldName}" value="{token.RequestToken}">{fields}</form>""");
    }

    /// <summary>A row of a table; on a phone each cell stands under its column's name.</summary>
    public Html Row(params IReadOnlyList<(Text Column, Html Content)> cells) =>
        Html($"<tr>{cells.Select(cell => Html($"<td data-label=\"{cell.Column}\"><div>{cell.Content}</div></td>"))}</tr>");

    public Html Table(IReadOnlyList<Text> columns, IReadOnlyList<Html> rows, Text whenEmpty) => rows.Count == 0
        ? Html($"<p class=\"quiet\">{whenEmpty}</p>")
        : Html($"<table><thead><tr>{columns.Select(column => Html($"<th scope=\"col\">{column}</th>"))}</tr></thead><tbody>{rows}</tbody></table>");

    public Html Problem(Text? problem) => problem is null ? default : Html($"<p class=\"problem\" role=\"alert\">{problem}</p>");
}
