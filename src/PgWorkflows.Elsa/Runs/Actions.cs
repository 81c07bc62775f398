using PgWorkflows.Persistence.Hosted;

namespace PgWorkflows.Elsa.Runs;

/// <summary>What a definition is to its resource: the five actions are known by their definition ids, edited or not.</summary>
internal static class Actions
{
    public static HostedKind KindOf(string definitionId) => definitionId switch
    {
        "quickCheck" or "deepCheck" => HostedKind.Check,
        "restore" or "remove" or "recover" => HostedKind.Action,
        _ => HostedKind.Other,
    };
}
