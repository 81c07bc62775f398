using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Writes down who changed or ran what through Elsa's API; reading leaves no row.</summary>
internal static class AuditTrail
{
    private static readonly object Target = new();

    /// <summary>Names what a request was about, where its address does not.</summary>
    public static void Names(HttpContext context, string target) => context.Items[Target] = target;

    public static async ValueTask<object?> Write(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var permission = context.GetEndpoint()?.Metadata.GetMetadata<PermissionMetadata>()?.Permission ?? "read:";
        if (permission.StartsWith("read:", StringComparison.Ordinal))
            return await next(invocation);

        var result = await next(invocation);
        var status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
        await context.RequestServices.GetRequiredService<Auditor>().WriteAsync(context, permission, TargetOf(context),
            status < 400 ? "done" : "refused", $"{context.Request.Method} {context.Request.Path}{(status < 400 ? "" : $": {status}")}");
        return result;
    }

    private static string TargetOf(HttpContext context) => context.Items.TryGetValue(Target, out var named) && named is string target ? target
        : context.Request.RouteValues.Where(value => value.Key.EndsWith("id", StringComparison.OrdinalIgnoreCase)).Select(value => value.Value?.ToString()).FirstOrDefault() ?? "(several)";
}
