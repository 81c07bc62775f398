using PgWorkflows.Engine.Definitions;
using PgWorkflows.Persistence.Definitions;

namespace PgWorkflows.Runtime.Upgrades;

/// <summary>Edits beside the versions that came with the program: what differs, and going over to the shipped one. Nothing is ever lost by it.</summary>
public sealed class ShippedUpgrades(Installation installation)
{
    /// <summary>All definitions by name.</summary>
    public async Task<IReadOnlyList<DefinitionStatus>> ListAsync(CancellationToken cancellationToken)
    {
        await installation.Programs.ImportAsync(cancellationToken);
        var (versions, _) = await installation.Definitions.ListAsync(new(), cancellationToken);
        return [.. versions.GroupBy(version => version.DefinitionId, StringComparer.Ordinal).Select(group => Trio.Of([.. group]).Status).OrderBy(status => status.Id, StringComparer.Ordinal)];
    }

    /// <summary>The published edit, else the latest draft, beside the newest shipped version.</summary>
    public async Task<UpgradeAnswer> CompareAsync(string definitionId, CancellationToken cancellationToken) => await FindAsync(definitionId, cancellationToken) switch
    {
        null => new UpgradeAnswer.Unknown(),
        { Shipped: null } => new UpgradeAnswer.Nothing($"'{definitionId}' did not come with the program, so there is no shipped version to compare it with."),
        { Edit: null, Shipped: { } shipped } => new UpgradeAnswer.Compared(new(definitionId, null, null, shipped.Version, false, DefinitionDifference.Between(shipped.Definition, shipped.Definition))),
        { Edit: { } edit, Shipped: { } shipped } => new UpgradeAnswer.Compared(
            new(definitionId, edit.Version, edit.IsPublished, shipped.Version, shipped.IsOffer, DefinitionDifference.Between(edit.Definition, shipped.Definition))),
    };

    /// <summary>Publishes the newer shipped version that is offered beside a published edit.</summary>
    public async Task<UpgradeAnswer> AcceptAsync(string definitionId, CancellationToken cancellationToken) => await FindAsync(definitionId, cancellationToken) switch
    {
        null => new UpgradeAnswer.Unknown(),
        { Shipped: { IsOffer: true } offer } trio => await PublishAsync(trio, offer, cancellationToken),
        _ => new UpgradeAnswer.Nothing($"Nothing newer is offered for '{definitionId}'. 'pgw workflows list' shows what is; 'pgw workflows reset' drops an edit."),
    };

    /// <summary>Publishes the newest shipped version in place of an edit.</summary>
    public async Task<UpgradeAnswer> ResetAsync(string definitionId, CancellationToken cancellationToken) => await FindAsync(definitionId, cancellationToken) switch
    {
        null => new UpgradeAnswer.Unknown(),
        { Shipped: null } => new UpgradeAnswer.Nothing($"'{definitionId}' did not come with the program, so there is no shipped version to go back to."),
        { Edit: null, Shipped.Version: var version } => new UpgradeAnswer.Nothing($"'{definitionId}' is not edited: the shipped version {version} acts already."),
        { Shipped: { } shipped } trio => await PublishAsync(trio, shipped, cancellationToken),
    };

    private async Task<UpgradeAnswer> PublishAsync(Trio trio, DefinitionVersion shipped, CancellationToken cancellationToken)
    {
        var errors = (await DefinitionCheck.FindAsync(installation, shipped.Definition, cancellationToken)).Where(finding => finding.Severity == Severity.Error).ToList();
        if (errors.Count > 0)
            return new UpgradeAnswer.Invalid(errors);
        return await installation.Definitions.PublishAsync(shipped, cancellationToken) is { } published
            ? new UpgradeAnswer.Published(new(published.DefinitionId, published.Version, published.VersionId, trio.Edit?.Version))
            : throw new InvalidOperationException($"The shipped version {shipped.VersionId} has changed, which shipped versions never do.");
    }

    private async Task<Trio?> FindAsync(string definitionId, CancellationToken cancellationToken)
    {
        await installation.Programs.ImportAsync(cancellationToken);
        var (versions, _) = await installation.Definitions.ListAsync(new() { DefinitionIds = [definitionId] }, cancellationToken);
        return versions.Count == 0 ? null : Trio.Of(versions);
    }

    /// <summary>What matters of all versions of a definition.</summary>
    /// <param name="Edit">The published edit, else a draft that is the latest.</param>
    /// <param name="Shipped">The one that the program brings now.</param>
    /// <param name="Published">The one that acts.</param>
    /// <param name="Latest">The one that the designer opens.</param>
    private sealed record Trio(DefinitionVersion? Edit, DefinitionVersion? Shipped, DefinitionVersion? Published, DefinitionVersion Latest)
    {
        public DefinitionStatus Status => new(Latest.DefinitionId, (Published ?? Latest).Name, Published?.Version, Shipped is not null, Edit?.Version, Edit?.IsPublished is true,
            Shipped is { IsOffer: true } offer ? offer.Version : null);

        public static Trio Of(IReadOnlyList<DefinitionVersion> versions)
        {
            var published = versions.FirstOrDefault(version => version.IsPublished);
            var latest = versions.FirstOrDefault(version => version.IsLatest) ?? versions.MaxBy(version => version.Version)!;
            var edit = published is { IsShipped: false } ? published : latest is { IsShipped: false } ? latest : null;
            var shipped = versions.FirstOrDefault(version => version is { IsShipped: true } and ({ IsPublished: true } or { IsOffer: true }))
                ?? versions.Where(version => version.IsShipped).MaxBy(version => version.Version);
            return new(edit, shipped, published, latest);
        }
    }
}
