using System.Security.Claims;

namespace PgWorkflows.Server.Access;

/// <summary>Who is asking, as the rest of the server sees it.</summary>
/// <param name="Name">The user's name, or the key's name and id.</param>
/// <param name="Role">What the caller may do.</param>
/// <param name="User">The user's name; null for a key.</param>
internal sealed record Caller(string Name, Role Role, string? User)
{
    public const string StampClaim = "stamp";

    public static ClaimsPrincipal Principal(string scheme, string id, string name, Role role, string? stamp)
    {
        var identity = new ClaimsIdentity(scheme, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new(ClaimTypes.NameIdentifier, id));
        identity.AddClaim(new(ClaimTypes.Name, name));
        identity.AddClaim(new(ClaimTypes.Role, role.ToString()));
        if (stamp is not null)
            identity.AddClaim(new(StampClaim, stamp));
        return new(identity);
    }

    /// <summary>The caller of a request, or null when nobody is signed in.</summary>
    public static Caller? Of(ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true, Name: { } name } && Enum.TryParse<Role>(principal.FindFirstValue(ClaimTypes.Role), out var role)
            ? new(name, role, principal.HasClaim(claim => claim.Type == StampClaim) ? name : null) : null;

    /// <summary>Lets a handler ask for its caller; the gate has let somebody in.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => new(Of(context.User));

    public bool May(string permission) => Permissions.RoleFor(permission) is { } least && Role >= least;
}
