using PgWorkflows.Persistence.Users;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>Everybody's own: the role, and another password.</summary>
internal static class AccountPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account", (HttpContext context) => Show(context, null)).RequirePermission(Permissions.ReadAccount);
        routes.MapForm("/account/password", ChangeAsync).RequirePermission(Permissions.WriteAccount);
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, Form form)
    {
        var services = context.RequestServices;
        var (users, passwords, guard) = (services.GetRequiredService<UserStore>(), services.GetRequiredService<Passwords>(), services.GetRequiredService<SignInGuard>());
        if (Caller.Of(context.User)?.User is not { } name || await users.FindAsync(name, context.RequestAborted) is not { } user)
            return MessagePage.Show(context, StatusCodes.Status400BadRequest, Page.Of(context).Say(Texts.NoSuchUser));
        if (form["new"].Length is < Passwords.Shortest or > Passwords.Longest)
            return Show(context, Texts.BadPassword);

        // Somebody at an unlocked screen must not guess here either.
        var address = Auditor.AddressOf(context);
        if (guard.Begin(name, address) is not null || !await passwords.VerifyAsync(user, form["old"], context.RequestAborted))
            return Show(context, Texts.WrongCredential);
        guard.Succeeded(name, address);

        var stamp = Passwords.NewStamp();
        await users.SetPasswordAsync(name, passwords.Hash(form["new"]), stamp, context.RequestAborted);
        services.GetRequiredService<FirstCredential>().Forget(name);
        await SignIn.EnterAsync(context, user with { Stamp = stamp });
        await services.GetRequiredService<Auditor>().WriteAsync(context, "own-password", name, "done");
        return Show(context, null, Texts.PasswordChanged);
    }

    private static PageResult Show(HttpContext context, Text? problem, Text? done = null)
    {
        var page = Page.Of(context);
        var fields = page.Html(
            $"""
            <label>{Texts.OldPassword} <input name="old" type="password" autocomplete="current-password" maxlength="{Passwords.Longest}" required></label>
            <label>{Texts.NewPassword} <input name="new" type="password" autocomplete="new-password" minlength="{Passwords.Shortest}" maxlength="{Passwords.Longest}" required></label>
            <button class="primary">{Texts.Change}</button>
            """);
        var body = page.Html(
            $"""
            <div class="narrow">
            <h1>{page.Caller?.Name}</h1>
            <p>{page.Say(Texts.RoleIs, page.Caller?.Role.ToString())}</p>
            {page.Problem(problem)}
            {(done is null ? default : page.Html($"<p class=\"note\" role=\"status\">{done}</p>"))}
            <h2>{Texts.ChangePassword}</h2>
            {page.Form("/account/password", fields)}
            </div>
            """);
        return new(page, page.Say(Texts.Account), body, problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }
}
