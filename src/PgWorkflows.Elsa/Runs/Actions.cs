using PgWorkflows.Persistence.Hosted;

namespace PgWorkflows.Elsa.Runs;

/// <summary>What a definition is to its resource: the five actions are known by their definition ids, in either profile, edited or not.</summary>
internal static class Actions
{
    private const string Guarded = "guarded";

    /// <summary>The action that a definition does; of another workflow its own id.</summary>
    public static string NameOf(string definitionId)
    {
        var isGuarded = definitionId.Length > Guarded.Length && definitionId.StartsWith(Guarded, StringComparison.Ordinal);
        var name = isGuarded ? char.ToLowerInvariant(definitionId[Guarded.Length]) + definitionId[(Guarded.Length + 1)..] : definitionId;
        return name is "quickCheck" or "deepCheck" or "restore" or "remove" or "recover" ? name : definitionId;
    }

    public static HostedKind KindOf(string definitionId) => NameOf(definitionId) switch
    {
        "quickCheck" or "deepCheck" => HostedKind.Check,
        "restore" or "remove" or "recover" => HostedKind.Action,
        _ => HostedKind.Other,
    };
}
