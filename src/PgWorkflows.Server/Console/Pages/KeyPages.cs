using System.Globalization;
using PgWorkflows.Persistence.Keys;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>Admins make API keys, which are shown once, and revoke them.</summary>
internal static class KeyPages
{
    private const int StandardDays = 90;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPage("/keys", context => ShowAsync(context)).RequirePermission(Permissions.ManageKeys);
        routes.MapForm("/keys", AddAsync).RequirePermission(Permissions.ManageKeys);
        routes.MapForm("/keys/{id}/revoke", RevokeAsync).RequirePermission(Permissions.ManageKeys);
    }

    private static async Task<IResult> AddAsync(HttpContext context, Form form)
    {
        var name = form["name"].Trim();
        if (name.Length is 0 or > ApiKeys.LongestName || name.Any(char.IsControl))
            return await ShowAsync(context, Texts.BadKeyName);
        if (RoleField.Read(form["role"]) is not { } role)
            return await ShowAsync(context, Texts.BadRole);
        if (!int.TryParse(form["days"], NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days is < 1 or > ApiKeys.LongestDays)
            return await ShowAsync(context, Texts.BadDays);

        var by = Caller.Of(context.User)!.Name; // The gate has let somebody in.
        var key = await context.RequestServices.GetRequiredService<ApiKeys>().CreateAsync(name, role, days, by, context.RequestAborted);
        await Audit(context).WriteAsync(context, "key-made", name, "done", $"{role}, {days} days");
        return await ShowAsync(context, secret: (name, key));
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, Form form)
    {
        var by = Caller.Of(context.User)!.Name; // The gate has let somebody in.
        var key = await context.RequestServices.GetRequiredService<KeyStore>().RevokeAsync((string)context.GetRouteValue("id")!, by, context.RequestAborted);
        if (key is null)
            return await ShowAsync(context, Texts.NoSuchKey);
        await Audit(context).WriteAsync(context, "key-revoked", $"{key.Name} ({key.Id})", "done");
        return Results.LocalRedirect("/keys");
    }

    private static async Task<IResult> ShowAsync(HttpContext context, Text? problem = null, (string Name, string Key)? secret = null)
    {
        var page = Page.Of(context);
        var now = page.Clock.GetUtcNow();
        var keys = await context.RequestServices.GetRequiredService<KeyStore>().AllAsync(context.RequestAborted);
        var rows = keys.Select(key => page.Row(
            (Texts.Name, page.Html($"{key.Name} <span class=\"quiet\">{key.Id}</span>")),
            (Texts.Role, page.Html($"{key.Role}")),
            (Texts.State, State(page, key, now)),
            (Texts.Expires, page.Html($"{key.ExpiresAt}")),
            (Texts.LastUsed, key.LastUsedAt is null ? page.Html($"<span class=\"quiet\">{Texts.Never}</span>") : page.Html($"{key.LastUsedAt}")),
            (Texts.Created, page.Html($"{key.CreatedAt} <span class=\"quiet\">{key.CreatedBy}</span>")),
            (Texts.Change, key.RevokedAt is null ? page.Form($"/keys/{key.Id}/revoke", page.Html($"<button class=\"danger\">{Texts.Revoke}</button>"), "inline") : default)));
        var body = page.Html(
            $"""
            <h1>{Texts.Keys}</h1>
            <p class="quiet">{Texts.KeysAreFor}</p>
            {page.Problem(problem)}
            {(secret is { } shown ? page.Html($"<p class=\"secret\" role=\"status\">{page.Say(Texts.KeyOf, shown.Name)}: <code id=\"key\">{shown.Key}</code><br>{Texts.ShownOnce}</p>") : default)}
            {page.Table([Texts.Name, Texts.Role, Texts.State, Texts.Expires, Texts.LastUsed, Texts.Created, Texts.Change], [.. rows], Texts.NoKeys)}
            <h2>{Texts.AddKey}</h2>
            {page.Form("/keys", page.Html(
                $"""
                <label>{Texts.Name} <input name="name" maxlength="{ApiKeys.LongestName}" autocomplete="off" required></label>
                <label>{Texts.Role} {RoleField.Draw(page, nameof(Role.Operator))}</label>
                <label>{Texts.ValidDays} <input name="days" type="number" min="1" max="{ApiKeys.LongestDays}" value="{StandardDays}" required></label>
                <button class="primary">{Texts.Add}</button>
                """))}
            """);
        return new PageResult(page, page.Say(Texts.Keys), body, problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static Html State(Page page, ApiKey key, DateTimeOffset now) => key switch
    {
        { RevokedAt: { } at } => page.Html($"<span class=\"badge calm\">{Texts.Revoked}</span> {at} <span class=\"quiet\">{key.RevokedBy}</span>"),
        _ when key.ExpiresAt <= now => page.Html($"<span class=\"badge calm\">{Texts.Expired}</span>"),
        _ => page.Html($"<span class=\"badge good\">{Texts.Valid}</span>"),
    };

    private static Auditor Audit(HttpContext context) => context.RequestServices.GetRequiredService<Auditor>();
}
