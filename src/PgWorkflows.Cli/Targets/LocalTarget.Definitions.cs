using PgWorkflows.Cli.Commands;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Runtime.Upgrades;

namespace PgWorkflows.Cli.Targets;

// Definitions in this machine's history.
internal sealed partial class LocalTarget
{
    private readonly ShippedUpgrades _upgrades = new(workspace.Installation);

    public Task<IReadOnlyList<DefinitionStatus>> DefinitionsAsync(CancellationToken cancellationToken) => _upgrades.ListAsync(cancellationToken);

    public async Task<DefinitionComparison> CompareAsync(string definitionId, CancellationToken cancellationToken)
    {
        var answer = await _upgrades.CompareAsync(definitionId, cancellationToken);
        return answer is UpgradeAnswer.Compared(var comparison) ? comparison : throw Refused(answer, definitionId);
    }

    public async Task<PublishedUpgrade> AcceptAsync(string definitionId, CancellationToken cancellationToken) =>
        await PublishedAsync("definition-accepted", definitionId, await _upgrades.AcceptAsync(definitionId, cancellationToken));

    public async Task<PublishedUpgrade> ResetAsync(string definitionId, CancellationToken cancellationToken) =>
        await PublishedAsync("definition-reset", definitionId, await _upgrades.ResetAsync(definitionId, cancellationToken));

    private async Task<PublishedUpgrade> PublishedAsync(string what, string definitionId, UpgradeAnswer answer)
    {
        if (answer is not UpgradeAnswer.Published(var upgrade))
            throw Refused(answer, definitionId);
        var audit = new AuditStore(workspace.Database, workspace.Time);
        await audit.AddAsync(new(Origin.OfThisCommand().By, "local", what, upgrade.Id, "done", $"version {upgrade.Version} acts"), CancellationToken.None);
        return upgrade;
    }

    private static CliException Refused(UpgradeAnswer answer, string definitionId) => answer switch
    {
        UpgradeAnswer.Nothing(var why) => new(ExitCodes.UnknownDefinition, why),
        UpgradeAnswer.Invalid(var errors) => new(ExitCodes.InvalidDefinition, [.. errors.Select(error => error.ToString())]),
        UpgradeAnswer.Unknown => new(ExitCodes.UnknownDefinition, $"There is no definition '{definitionId}'. 'pgw workflows list' lists them."),
        var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
    };
}
