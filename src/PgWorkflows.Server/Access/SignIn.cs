using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using PgWorkflows.Persistence.Users;

namespace PgWorkflows.Server.Access;

/// <summary>Lets users in by name and password, and out again.</summary>
internal sealed class SignIn(UserStore users, Passwords passwords, SignInGuard guard, Auditor audit)
{
    private const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;

    public async Task<SignInResult> TryAsync(HttpContext context, string name, string password)
    {
        var address = Auditor.AddressOf(context);
        if (guard.Begin(name, address) is { } wait)
        {
            await audit.RefusedAsync(context, $"Too many attempts to sign in; locked for {wait:hh\\:mm\\:ss}.", name);
            return new SignInResult.TooMany(wait);
        }

        var user = await users.FindAsync(name, context.RequestAborted);
        if (!await passwords.VerifyAsync(user, password, context.RequestAborted) || user is null)
        {
            await audit.WriteAsync(context, "sign-in", name, "failed", actor: name);
            return new SignInResult.Wrong();
        }

        guard.Succeeded(name, address);
        await EnterAsync(context, user);
        await audit.WriteAsync(context, "sign-in", user.Name, "done", actor: user.Name);
        return new SignInResult.In();
    }

    /// <summary>A cookie for the user as the account is now.</summary>
    public static Task EnterAsync(HttpContext context, UserAccount user) =>
        context.SignInAsync(Scheme, Caller.Principal(Scheme, $"user:{user.Name}", user.Name, Enum.Parse<Role>(user.Role), user.Stamp));

    public async Task LeaveAsync(HttpContext context)
    {
        await audit.WriteAsync(context, "sign-out", Caller.Of(context.User)?.Name ?? "", "done");
        await context.SignOutAsync(Scheme);
    }

    /// <summary>A cookie is good as long as the account is what it was: another role or password, or no account, ends it at once.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext cookie)
    {
        var users = cookie.HttpContext.RequestServices.GetRequiredService<UserStore>();
        var name = cookie.Principal?.Identity?.Name;
        var user = name is null ? null : await users.FindAsync(name, cookie.HttpContext.RequestAborted);
        if (user is null || cookie.Principal?.FindFirst(Caller.StampClaim)?.Value != user.Stamp)
            cookie.RejectPrincipal();
    }
}

/// <summary>How an attempt to sign in ended.</summary>
internal abstract record SignInResult
{
    private SignInResult()
    {
    }

    /// <summary>The cookie is set.</summary>
    public sealed record In : SignInResult;

    /// <summary>The user or the password is wrong; which, is not said.</summary>
    public sealed record Wrong : SignInResult;

    /// <summary>Locked out, or too fast.</summary>
    public sealed record TooMany(TimeSpan Wait) : SignInResult;
}
