using System.Collections.Frozen;

namespace PgWorkflows.Server.Access;

/// <summary>What somebody may do; each role may do what the one before it may.</summary>
internal enum Role
{
    /// <summary>Reads everything but users, keys and the audit.</summary>
    Viewer,

    /// <summary>Also runs actions and workflows, and cancels them.</summary>
    Operator,

    /// <summary>Also edits and publishes definitions.</summary>
    Author,

    /// <summary>Also manages users and keys, reads the audit and deletes history.</summary>
    Admin,
}

/// <summary>Which role each permission needs: Elsa's permissions (elsa-contract 5.4) and ours, in the one table that decides.</summary>
internal static class Permissions
{
    public const string ReadResources = "read:resources";
    public const string ExecActions = "exec:actions";
    public const string ReadAccount = "read:account";
    public const string WriteAccount = "write:account";
    public const string ManageUsers = "manage:users";
    public const string ManageKeys = "manage:keys";
    public const string ReadAudit = "read:audit";
    public const string OpenWorkflows = "open:workflows";

    private static readonly FrozenDictionary<string, Role> LeastRole = new Dictionary<string, Role>(StringComparer.Ordinal)
    {
        [ReadResources] = Role.Viewer,
        [ReadAccount] = Role.Viewer,
        [WriteAccount] = Role.Viewer,
        [ExecActions] = Role.Operator,
        [ManageUsers] = Role.Admin,
        [ManageKeys] = Role.Admin,
        [ReadAudit] = Role.Admin,
        [OpenWorkflows] = Role.Admin,

        ["read:*"] = Role.Viewer,
        ["read:workflow-definitions"] = Role.Viewer,
        ["read:workflow-instances"] = Role.Viewer,
        ["read:activity-execution"] = Role.Viewer,
        ["read:activity-descriptors"] = Role.Viewer,
        ["read:activity-descriptors-options"] = Role.Viewer,
        ["read:expression-descriptors"] = Role.Viewer,
        ["read:storage-drivers"] = Role.Viewer,
        ["read:variable-descriptors"] = Role.Viewer,
        ["read:output-converters"] = Role.Viewer,
        ["read:installed-features"] = Role.Viewer,
        ["read:javascript-type-definitions"] = Role.Viewer,
        ["read:resilience:strategies"] = Role.Viewer,
        ["read:incident-strategies"] = Role.Viewer,
        ["read:workflow-activation-strategies"] = Role.Viewer,
        ["read:log-persistence-strategies"] = Role.Viewer,
        ["read:commit-strategies"] = Role.Viewer,
        ["read:alterations"] = Role.Viewer,

        ["exec:workflow-definitions"] = Role.Operator,
        ["cancel:workflow-instances"] = Role.Operator,
        ["trigger:event"] = Role.Operator,
        ["tasks:complete"] = Role.Operator,

        ["write:workflow-definitions"] = Role.Author,
        ["publish:workflow-definitions"] = Role.Author,
        ["retract:workflow-definitions"] = Role.Author,
        ["delete:workflow-definitions"] = Role.Author,
        ["exec:tests"] = Role.Author,
        ["exec:csharp-expressions"] = Role.Author,
        ["exec:python-expressions"] = Role.Author,

        ["write:workflow-instances"] = Role.Admin,
        ["delete:workflow-instances"] = Role.Admin,
        ["run:alterations"] = Role.Admin,
        ["*"] = Role.Admin,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The role that a permission needs; null when no such permission exists, so nobody has it.</summary>
    public static Role? RoleFor(string permission) => LeastRole.TryGetValue(permission, out var role) ? role : null;

    /// <summary>All permissions of a role, for those who ask what they may do.</summary>
    public static IEnumerable<string> Of(Role role) =>
        LeastRole.Where(pair => pair.Value <= role && pair.Key.Trim('*').Length > 0).Select(pair => pair.Key).Order(StringComparer.Ordinal);
}

/// <summary>What an endpoint asks of its callers; an endpoint without it is refused at start.</summary>
/// <param name="Permission">Elsa's permission name, for example <c>read:workflow-definitions</c>, or one of ours.</param>
internal sealed record PermissionMetadata(string Permission);

/// <summary>The endpoint is meant for everybody: signing in, and what the sign-in page needs.</summary>
internal sealed record OpenToAllMetadata(string Reason);

internal static class PermissionConventions
{
    /// <summary>Only callers whose role has this permission are let in; the name stays on the endpoint as metadata.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new PermissionMetadata(permission));

    /// <summary>Everybody is let in, for a reason.</summary>
    public static TBuilder OpenToAll<TBuilder>(this TBuilder builder, string reason)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new OpenToAllMetadata(reason));
}
