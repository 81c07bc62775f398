using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Runtime;

/// <summary>The five actions of the kit (actions.md).</summary>
public sealed record ResourceAction
{
    private ResourceAction(string name, bool changesState, string description) => (Name, ChangesState, Description) = (name, changesState, description);

    /// <summary>Is the service running?</summary>
    public static readonly ResourceAction QuickCheck = new("quickCheck", false, "Is the service running?");

    /// <summary>Does the server answer its clients?</summary>
    public static readonly ResourceAction DeepCheck = new("deepCheck", false, "Does the server answer its clients?");

    /// <summary>Starts the server and proves that it answers.</summary>
    public static readonly ResourceAction Restore = new("restore", true, "Start the server and prove that it answers.");

    /// <summary>Stops the server.</summary>
    public static readonly ResourceAction Remove = new("remove", true, "Stop the server.");

    /// <summary>Stops and starts the server and proves that it answers.</summary>
    public static readonly ResourceAction Recover = new("recover", true, "Stop and start the server and prove that it answers.");

    /// <summary>All five.</summary>
    public static IReadOnlyList<ResourceAction> All { get; } = [QuickCheck, DeepCheck, Restore, Remove, Recover];

    /// <summary>It starts or stops the server, so only one runs at a time; the others are checks.</summary>
    public bool ChangesState { get; }

    /// <summary>One sentence for people.</summary>
    public string Description { get; }

    /// <summary>Its name, which is also the definition id of its workflow in the documented profile.</summary>
    public string Name { get; }

    /// <summary>The definition id of its workflow in a profile.</summary>
    public string DefinitionId(ResourceProfile profile) =>
        profile == ResourceProfile.Guarded ? $"guarded{char.ToUpperInvariant(Name[0])}{Name[1..]}" : Name;

    /// <summary>The action that this definition is the workflow of, in whichever profile; null when it is of none.</summary>
    public static ResourceAction? OfDefinition(string definitionId) =>
        All.FirstOrDefault(action => Enum.GetValues<ResourceProfile>().Any(profile => action.DefinitionId(profile) == definitionId));
}

/// <summary>Ids of runs: 16 hexadecimal digits, as Elsa makes them.</summary>
public static class RunIds
{
    /// <summary>A new one.</summary>
    public static string New() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
}
