using PgWorkflows.Runtime.Upgrades;

namespace PgWorkflows.Cli.Targets;

/// <summary>Definitions, edits of them and the versions that came with the program.</summary>
internal interface IDefinitionsTarget
{
    Task<IReadOnlyList<DefinitionStatus>> DefinitionsAsync(CancellationToken cancellationToken);

    Task<DefinitionComparison> CompareAsync(string definitionId, CancellationToken cancellationToken);

    /// <summary>Publishes the newer shipped version that is offered.</summary>
    Task<PublishedUpgrade> AcceptAsync(string definitionId, CancellationToken cancellationToken);

    /// <summary>Publishes the shipped version in place of an edit.</summary>
    Task<PublishedUpgrade> ResetAsync(string definitionId, CancellationToken cancellationToken);
}
