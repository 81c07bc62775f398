using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console.Pages;

/// <summary>Name and password in; the only page that strangers see.</summary>
internal static class SignInPage
{
    private const string OpenReason = "nobody is signed in yet";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in", (HttpContext context, string? returnUrl) => Show(context, Form.LocalPath(returnUrl ?? "/"), null)).OpenToAll(OpenReason);
        routes.MapForm("/sign-in", PostAsync).OpenToAll(OpenReason);
        routes.MapForm("/sign-out", async (context, _) =>
        {
            await context.RequestServices.GetRequiredService<SignIn>().LeaveAsync(context);
            return Results.LocalRedirect("/sign-in");
        }).RequirePermission(Permissions.ReadAccount);
        routes.MapForm("/language", (context, form) =>
        {
            LanguageChoice.Keep(context, form["language"]);
            return Task.FromResult(Results.LocalRedirect(form.ReturnUrl));
        }).OpenToAll("the sign-in page has both languages, too");
    }

    private static async Task<IResult> PostAsync(HttpContext context, Form form)
    {
        var (name, password, page) = (form["name"].Trim(), form["password"], Page.Of(context));
        if (name.Length is 0 or > 64 || password.Length is 0 or > Passwords.Longest)
            return Show(context, form.ReturnUrl, page.Say(Texts.WrongCredential), StatusCodes.Status401Unauthorized);
        switch (await context.RequestServices.GetRequiredService<SignIn>().TryAsync(context, name, password))
        {
            case SignInResult.In:
                return Results.LocalRedirect(form.ReturnUrl);
            case SignInResult.TooMany(var wait):
                var seconds = Math.Ceiling(wait.TotalSeconds);
                context.Response.Headers.RetryAfter = $"{seconds}";
                return Show(context, form.ReturnUrl, page.Say(Texts.TooManyAttempts, Words.Of(TimeSpan.FromSeconds(seconds))), StatusCodes.Status429TooManyRequests);
            default:
                return Show(context, form.ReturnUrl, page.Say(Texts.WrongCredential), StatusCodes.Status401Unauthorized);
        }
    }

    private static PageResult Show(HttpContext context, string returnUrl, string? problem, int status = StatusCodes.Status200OK)
    {
        var page = Page.Of(context);
        var fields = page.Html(
            $"""
            <input type="hidden" name="returnUrl" value="{returnUrl}">
            <label>{Texts.Name} <input name="name" autocomplete="username" autocapitalize="none" maxlength="64" required autofocus></label>
            <label>{Texts.Password} <input name="password" type="password" autocomplete="current-password" maxlength="200" required></label>
            <button class="primary">{Texts.SignIn}</button>
            """);
        var body = page.Html(
            $"""
            <div class="narrow">
            <h1>{Texts.SignIn}</h1>
            {(problem is null ? default : page.Html($"<p class=\"problem\" role=\"alert\">{problem}</p>"))}
            {page.Form("/sign-in", fields)}
            <p class="quiet">{Texts.FirstTime}</p>
            </div>
            """);
        return new(page, page.Say(Texts.SignIn), body, status);
    }
}
