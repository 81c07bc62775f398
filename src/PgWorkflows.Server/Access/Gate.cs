using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace PgWorkflows.Server.Access;

/// <summary>Decides over every request: who is asking, whether the role suffices, and whether a browser was tricked into asking.</summary>
internal sealed class Gate(RequestDelegate next, Auditor audit)
{
    public async Task InvokeAsync(HttpContext context)
    {
        SecurityHeaders.Set(context);
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<OpenToAllMetadata>() is not null)
        {
            await next(context);
            return;
        }

        // What has no endpoint, files of Studio for example, is for everybody who is signed in.
        var permission = endpoint?.Metadata.GetMetadata<PermissionMetadata>()?.Permission;
        if (Caller.Of(context.User) is not { } caller)
            await ChallengeAsync(context);
        else if (permission is not null && !caller.May(permission))
            await ForbidAsync(context, $"The role {caller.Role} does not have the permission {permission}.");
        else if (ByCookie(context) && !IsOwnPage(context.Request))
            await ForbidAsync(context, "The request does not come from a page of this server.");
        else
            await next(context);
    }

    private async Task ChallengeAsync(HttpContext context)
    {
        if (KeyAuthentication.IsMeant(context.Request))
            await audit.RefusedAsync(context, "The key or token is unknown, expired or revoked.", "(unknown key)");
        if (WantsPage(context.Request))
        {
            var back = context.Request.PathBase + context.Request.Path + context.Request.QueryString;
            context.Response.Redirect(back == "/" ? "/sign-in" : "/sign-in?returnUrl=" + Uri.EscapeDataString(back));
            return;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        await Answers.ProblemAsync(context, StatusCodes.Status401Unauthorized, KeyAuthentication.IsMeant(context.Request)
            ? "The key or token is unknown, expired or revoked. An admin makes keys on the page /keys."
            : "Sign in, or send a key in the header 'Authorization: Bearer …'.");
    }

    private async Task ForbidAsync(HttpContext context, string why)
    {
        await audit.RefusedAsync(context, why);
        if (WantsPage(context.Request))
            await Answers.PageAsync(context, StatusCodes.Status403Forbidden, why);
        else
            await Answers.ProblemAsync(context, StatusCodes.Status403Forbidden, why);
    }

    public static bool ByCookie(HttpContext context) => context.User.Identity?.AuthenticationType == CookieAuthenticationDefaults.AuthenticationScheme;

    /// <summary>
    /// A cookie goes along with whatever a page makes the browser send, so a change needs proof that the page was ours: the browser says so
    /// in Sec-Fetch-Site, older ones in Origin. SameSite=Strict and the antiforgery token of forms come on top.
    /// </summary>
    public static bool IsOwnPage(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return site is not "cross-site" || WantsPage(request);
        if (site.Length > 0)
            return site == "same-origin";
        return Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    public static bool WantsPage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/elsa") && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
