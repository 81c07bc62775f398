namespace PgWorkflows.Server.Access;

/// <summary>Who is asking, and what they may do.</summary>
internal static class AccessSetup
{
    public static void AddAccess(this WebApplicationBuilder builder) => builder.Services.AddAuthorization();

    public static void UseAccess(this WebApplication app) => app.UseAuthorization();

    public static void MapAccess(this WebApplication app)
    {
    }

    /// <summary>Only callers whose role has this permission (elsa-contract 5.4) are let in; the name stays on the endpoint as metadata.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new PermissionMetadata(permission));
}

/// <summary>What an endpoint asks of its callers; a test walks all routes and finds those without.</summary>
/// <param name="Permission">Elsa's permission name, for example <c>read:workflow-definitions</c>, or one of ours.</param>
internal sealed record PermissionMetadata(string Permission);
