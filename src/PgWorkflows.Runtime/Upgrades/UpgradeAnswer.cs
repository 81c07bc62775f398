using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Runtime.Upgrades;

/// <summary>What became of a question or an order about a shipped version.</summary>
public abstract record UpgradeAnswer
{
    private UpgradeAnswer()
    {
    }

    /// <summary>Both versions were compared.</summary>
    public sealed record Compared(DefinitionComparison Comparison) : UpgradeAnswer;

    /// <summary>The shipped version acts now.</summary>
    public sealed record Published(PublishedUpgrade Upgrade) : UpgradeAnswer;

    /// <summary>There is nothing that could be done, and why.</summary>
    public sealed record Nothing(string Why) : UpgradeAnswer;

    /// <summary>The shipped version would not run beside what else is published; nothing was done.</summary>
    public sealed record Invalid(IReadOnlyList<Finding> Errors) : UpgradeAnswer;

    /// <summary>No such definition.</summary>
    public sealed record Unknown : UpgradeAnswer;
}

/// <summary>Where a definition stands.</summary>
/// <param name="Id">The definition's id.</param>
/// <param name="Name">The name of the version that acts.</param>
/// <param name="Published">The number of the version that acts; null when none does.</param>
/// <param name="IsShipped">It came with the program.</param>
/// <param name="Edit">The number of the edit, published or a draft.</param>
/// <param name="EditActs">The edit is published.</param>
/// <param name="Offer">The number of the newer shipped version that waits beside the edit.</param>
public sealed record DefinitionStatus(string Id, string Name, int? Published, bool IsShipped, int? Edit, bool EditActs, int? Offer);

/// <summary>An edit beside a shipped version.</summary>
/// <param name="Id">The definition's id.</param>
/// <param name="Edit">The edit's number; null when there is none, then nothing differs.</param>
/// <param name="EditActs">The edit is published; null when there is none.</param>
/// <param name="Shipped">The newest shipped version's number.</param>
/// <param name="IsOffer">It is newer than the edit and waits to be accepted.</param>
/// <param name="Difference">What differs.</param>
public sealed record DefinitionComparison(string Id, int? Edit, bool? EditActs, int Shipped, bool IsOffer, DefinitionDifference Difference);

/// <summary>A shipped version that acts now.</summary>
/// <param name="Id">The definition's id.</param>
/// <param name="Version">Its number.</param>
/// <param name="VersionId">Its id.</param>
/// <param name="Replaced">The edit's number; it stays in the history and can be published again.</param>
public sealed record PublishedUpgrade(string Id, int Version, string VersionId, int? Replaced);
