using PgWorkflows.Persistence.Users;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>Admins add users, change their roles, give them new passwords and remove them.</summary>
internal static class UserPages
{
    private const int LongestName = 64;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPage("/users", context => ShowAsync(context)).RequirePermission(Permissions.ManageUsers);
        routes.MapForm("/users", AddAsync).RequirePermission(Permissions.ManageUsers);
        routes.MapForm("/users/{name}/role", SetRoleAsync).RequirePermission(Permissions.ManageUsers);
        routes.MapForm("/users/{name}/password", SetPasswordAsync).RequirePermission(Permissions.ManageUsers);
        routes.MapForm("/users/{name}/remove", RemoveAsync).RequirePermission(Permissions.ManageUsers);
    }

    private static async Task<IResult> AddAsync(HttpContext context, Form form)
    {
        var name = form["name"].Trim();
        if (!IsName(name))
            return await ShowAsync(context, Texts.BadUserName);
        if (RoleField.Read(form["role"]) is not { } role)
            return await ShowAsync(context, Texts.BadRole);

        var (passwords, users) = (context.RequestServices.GetRequiredService<Passwords>(), Users(context));
        var password = Passwords.NewPassword();
        var by = Caller.Of(context.User)!.Name; // The gate has let somebody in.
        if (!await users.TryAddAsync(name, role.ToString(), passwords.Hash(password), Passwords.NewStamp(), by, context.RequestAborted))
            return await ShowAsync(context, Texts.NameTaken);
        await Audit(context).WriteAsync(context, "user-added", name, "done", role.ToString());
        return await ShowAsync(context, secret: (name, password));
    }

    private static async Task<IResult> SetRoleAsync(HttpContext context, Form form)
    {
        var name = Named(context);
        if (RoleField.Read(form["role"]) is not { } role)
            return await ShowAsync(context, Texts.BadRole);
        return await AnswerAsync(context, "user-role", name, role.ToString(),
            await Users(context).SetRoleAsync(name, role.ToString(), Passwords.NewStamp(), nameof(Role.Admin), context.RequestAborted));
    }

    private static async Task<IResult> SetPasswordAsync(HttpContext context, Form form)
    {
        var (name, password) = (Named(context), Passwords.NewPassword());
        var hash = context.RequestServices.GetRequiredService<Passwords>().Hash(password);
        if (!await Users(context).SetPasswordAsync(name, hash, Passwords.NewStamp(), context.RequestAborted))
            return await ShowAsync(context, Texts.NoSuchUser);
        context.RequestServices.GetRequiredService<FirstCredential>().Forget(name);
        await Audit(context).WriteAsync(context, "user-password", name, "done");
        return await ShowAsync(context, secret: (name, password));
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, Form form)
    {
        var name = Named(context);
        return await AnswerAsync(context, "user-removed", name, null, await Users(context).RemoveAsync(name, nameof(Role.Admin), context.RequestAborted));
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, string action, string name, string? detail, UserChange change)
    {
        await Audit(context).WriteAsync(context, action, name, change == UserChange.Done ? "done" : "refused", detail);
        return change switch
        {
            UserChange.Done => Results.LocalRedirect("/users"),
            UserChange.LastOne => await ShowAsync(context, Texts.LastAdmin),
            _ => await ShowAsync(context, Texts.NoSuchUser),
        };
    }

    private static async Task<IResult> ShowAsync(HttpContext context, Text? problem = null, (string Name, string Password)? secret = null)
    {
        var page = Page.Of(context);
        var users = await Users(context).AllAsync(context.RequestAborted);
        var rows = users.Select(user => page.Row(
            (Texts.Name, page.Html($"{user.Name}")),
            (Texts.Role, page.Form($"/users/{user.Name}/role", page.Html($"{RoleField.Draw(page, user.Role)}<button>{Texts.Change}</button>"), "inline")),
            (Texts.Created, page.Html($"{user.CreatedAt} <span class=\"quiet\">{user.CreatedBy}</span>")),
            (Texts.Change, page.Html(
                $"""
                {page.Form($"/users/{user.Name}/password", page.Html($"<button>{Texts.NewPasswordFor}</button>"), "inline")}
                <details><summary>{Texts.RemoveUser}</summary>{page.Form($"/users/{user.Name}/remove", page.Html($"<button class=\"danger\">{page.Say(Texts.RemoveNamed, user.Name)}</button>"), "inline")}</details>
                """))));
        var body = page.Html(
            $"""
            <h1>{Texts.Users}</h1>
            {page.Problem(problem)}
            {(secret is { } shown ? page.Html($"<p class=\"secret\" role=\"status\">{page.Say(Texts.PasswordOf, shown.Name)}: <code>{shown.Password}</code><br>{Texts.ShownOnce}</p>") : default)}
            {page.Table([Texts.Name, Texts.Role, Texts.Created, Texts.Change], [.. rows], Texts.NothingFound)}
            <h2>{Texts.AddUser}</h2>
            {page.Form("/users", page.Html(
                $"""
                <label>{Texts.Name} <input name="name" maxlength="{LongestName}" autocomplete="off" autocapitalize="none" required></label>
                <label>{Texts.Role} {RoleField.Draw(page, nameof(Role.Viewer))}</label>
                <button class="primary">{Texts.Add}</button>
                """))}
            """);
        return new PageResult(page, page.Say(Texts.Users), body, problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@');

    private static string Named(HttpContext context) => (string)context.GetRouteValue("name")!;

    private static UserStore Users(HttpContext context) => context.RequestServices.GetRequiredService<UserStore>();

    private static Auditor Audit(HttpContext context) => context.RequestServices.GetRequiredService<Auditor>();
}

/// <summary>The choice of a role.</summary>
internal static class RoleField
{
    public static Html Draw(Page page, string chosen) => page.Html(
        $"<select name=\"role\" aria-label=\"{Texts.Role}\">{Enum.GetNames<Role>().Select(role => page.Html($"<option{(role == chosen ? page.Html($" selected") : default)}>{role}</option>"))}</select>");

    /// <summary>By name only: numbers would be taken by <see cref="Enum.TryParse{TEnum}(string, out TEnum)"/>, too.</summary>
    public static Role? Read(string text) => Enum.GetNames<Role>().Contains(text, StringComparer.Ordinal) ? Enum.Parse<Role>(text) : null;
}
