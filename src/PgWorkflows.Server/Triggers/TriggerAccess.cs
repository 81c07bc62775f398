using PgWorkflows.Persistence.Waking;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Triggers;

/// <summary>
/// Who may start a workflow or wake a run by a request. Whatever its endpoint says, a caller must be signed in and an operator; only an admin can open
/// a version of a workflow to everybody, and none of the shipped ones.
/// </summary>
internal sealed class TriggerAccess(AnonymousWorkflows anonymous, Auditor audit)
{
    /// <summary>Why the caller may not; null when the caller may.</summary>
    public async Task<IResult?> RefuseAsync(HttpContext context, string versionId, string policy, CancellationToken cancellationToken)
    {
        if (await anonymous.ContainsAsync(versionId, cancellationToken))
            return null;
        if (RefuseStranger(context) is { } stranger)
            return stranger;
        var caller = Caller.Of(context.User)!;
        if (RoleFor(policy) is not { } least)
            return await ForbidAsync(context, $"The endpoint asks for the policy '{policy}', which is neither a role (viewer, operator, author, admin) nor a permission.");
        return caller.Role >= least ? null : await ForbidAsync(context, $"The role {caller.Role} may not start this workflow nor wake its runs; that needs {least}.");
    }

    /// <summary>Why somebody is not let in at all; null for who is signed in.</summary>
    public static IResult? RefuseStranger(HttpContext context)
    {
        if (Caller.Of(context.User) is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Results.Problem("Sign in, or send a key in the header 'Authorization: Bearer …'.", statusCode: StatusCodes.Status401Unauthorized);
        }

        return Gate.ByCookie(context) && !Gate.IsOwnPage(context.Request)
            ? Results.Problem("The request does not come from a page of this server.", statusCode: StatusCodes.Status403Forbidden) : null;
    }

    /// <summary>The least role: what the policy says, but never less than operator.</summary>
    private static Role? RoleFor(string policy)
    {
        if (policy.Length == 0)
            return Role.Operator;
        var least = Enum.TryParse<Role>(policy, ignoreCase: true, out var role) && !char.IsDigit(policy[0]) ? role : Permissions.RoleFor(policy);
        return least < Role.Operator ? Role.Operator : least;
    }

    private async Task<IResult> ForbidAsync(HttpContext context, string why)
    {
        await audit.RefusedAsync(context, why);
        return Results.Problem(why, statusCode: StatusCodes.Status403Forbidden);
    }
}
