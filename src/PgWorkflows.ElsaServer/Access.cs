using Elsa.Identity;
using Microsoft.AspNetCore.Authorization;

namespace PgWorkflows.ElsaServer;

/// <summary>What Elsa leaves open and this server does not.</summary>
internal static class Access
{
    /// <summary>Elsa lets whoever is on the same machine make users and roles; here that takes a user who may do everything.</summary>
    public static void CloseSecurityRoot(AuthorizationOptions options) => options.AddPolicy(
        IdentityPolicyNames.SecurityRoot, policy => policy.RequireAuthenticatedUser().RequireClaim("permissions", "*"));

    private static readonly string[] MayExecute = ["*", "exec:workflow-definitions"];

    /// <summary>Elsa's HTTP endpoints of workflows are open unless each asks for more; here they need the right to execute, unless the server is told otherwise.</summary>
    public static void UseWorkflowGate(this WebApplication app, ServerSettings settings)
    {
        if (settings.AnonymousWorkflows)
            return;
        app.Use(async (context, next) =>
        {
            var mayPass = !context.Request.Path.StartsWithSegments(settings.WorkflowsPath) || context.User.FindAll("permissions").Any(claim => MayExecute.Contains(claim.Value));
            if (mayPass)
                await next(context);
            else
                context.Response.StatusCode = context.User.Identity?.IsAuthenticated == true ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
        });
    }
}
