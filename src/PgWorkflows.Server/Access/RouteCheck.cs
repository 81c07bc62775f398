namespace PgWorkflows.Server.Access;

/// <summary>Fail closed: a route that says neither which permission it needs nor that it is open keeps the server from starting.</summary>
internal static class RouteCheck
{
    public static void RequireAccessOnAllRoutes(this WebApplication app)
    {
        var wrong = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => (endpoint.DisplayName, Problem: ProblemOf(endpoint))).Where(found => found.Problem is not null).ToList();
        if (wrong.Count > 0)
            throw new InvalidOperationException(string.Join(Environment.NewLine, wrong.Select(found => $"The route '{found.DisplayName}' {found.Problem}.")));
    }

    public static string? ProblemOf(Endpoint endpoint)
    {
        var permission = endpoint.Metadata.GetMetadata<PermissionMetadata>()?.Permission;
        var open = endpoint.Metadata.GetMetadata<OpenToAllMetadata>();
        return (permission, open) switch
        {
            (null, null) => "says neither RequirePermission nor OpenToAll",
            (not null, not null) => "says both RequirePermission and OpenToAll",
            ({ } named, _) when Permissions.RoleFor(named) is null => $"needs the permission '{named}', which no role has: add it to Permissions",
            _ => null,
        };
    }
}
