using System.Text;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Persistence.Definitions;

/// <summary>One stored version of a definition with its place among the others (elsa-contract 1.3).</summary>
public sealed record DefinitionVersion
{
    /// <summary>The id of this version.</summary>
    public required string VersionId { get; init; }

    /// <summary>The id that all versions share.</summary>
    public required string DefinitionId { get; init; }

    /// <summary>Its number.</summary>
    public required int Version { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>What runs name as the definition they ran.</summary>
    public required string Hash { get; init; }

    /// <summary>It came with the program: its content never changes and it cannot be deleted.</summary>
    public required bool IsShipped { get; init; }

    /// <summary>The newest one, which the designer opens.</summary>
    public required bool IsLatest { get; init; }

    /// <summary>The one that acts.</summary>
    public required bool IsPublished { get; init; }

    /// <summary>A newer shipped version that waits beside a published edit.</summary>
    public required bool IsOffer { get; init; }

    /// <summary>Deleted; kept because runs name it.</summary>
    public required bool IsDeleted { get; init; }

    /// <summary>When it was stored first.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The definition's JSON as it was stored.</summary>
    public required string Json { get; init; }

    /// <summary>The definition; its id, version and flags are those of the columns, not of the JSON.</summary>
    public WorkflowDefinition Definition => field ??= Read();

    /// <summary>The version as runs name it.</summary>
    public StoredDefinition ToStored() => new(VersionId, Version, Hash, Definition);

    private WorkflowDefinition Read()
    {
        var (definition, findings) = DefinitionReader.Read(Encoding.UTF8.GetBytes(Json));
        return (definition ?? throw new InvalidOperationException($"The stored definition {VersionId} cannot be read: {string.Join(' ', findings)}"))
            with
            {
                Id = VersionId,
                Version = Version,
            };
    }
}

/// <summary>Which versions to list (elsa-contract 1.3 and 3.3).</summary>
public sealed record DefinitionQuery
{
    /// <summary>Which of the versions; null for all.</summary>
    public VersionChoice? Versions { get; init; }

    /// <summary>Only these definitions; none means all.</summary>
    public IReadOnlyList<string> DefinitionIds { get; init; } = [];

    /// <summary>Only these versions, deleted ones included; none means all.</summary>
    public IReadOnlyList<string> VersionIds { get; init; } = [];

    /// <summary>A part of the name, the description or an id.</summary>
    public string? Search { get; init; }

    /// <summary>Column to sort by.</summary>
    public DefinitionOrder Order { get; init; } = DefinitionOrder.Name;

    /// <summary>Largest first.</summary>
    public bool Descending { get; init; }

    /// <summary>How many to leave out.</summary>
    public int Skip { get; init; }

    /// <summary>How many at most; null for all.</summary>
    public int? Take { get; init; }
}

/// <summary>What definitions are sorted by.</summary>
public enum DefinitionOrder
{
    /// <summary>The name.</summary>
    Name,

    /// <summary>When the version was made.</summary>
    Created,

    /// <summary>The version number.</summary>
    Version,
}

/// <summary>Elsa's version options.</summary>
/// <param name="Kind">The word.</param>
/// <param name="Number">The version's number, for <see cref="VersionKind.Number"/>.</param>
public sealed record VersionChoice(VersionKind Kind, int Number = 0)
{
    /// <summary>Reads Elsa's words or a number; false when it is neither. Empty and AllVersions give null.</summary>
    public static bool TryParse(string? text, out VersionChoice? choice)
    {
        choice = null;
        if (string.IsNullOrEmpty(text) || text.Equals("AllVersions", StringComparison.OrdinalIgnoreCase))
            return true;
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
            choice = new(VersionKind.Number, number);
        else if (char.IsAsciiLetter(text[0]) && Enum.TryParse<VersionKind>(text, ignoreCase: true, out var kind) && kind != VersionKind.Number)
            choice = new(kind);
        return choice is not null;
    }
}

/// <summary>Elsa's words for version options.</summary>
public enum VersionKind
{
    /// <summary>The newest.</summary>
    Latest,

    /// <summary>The one that acts.</summary>
    Published,

    /// <summary>The published one, else the newest.</summary>
    LatestOrPublished,

    /// <summary>The newest when it is published.</summary>
    LatestAndPublished,

    /// <summary>The newest when it is not published.</summary>
    Draft,

    /// <summary>One version by number.</summary>
    Number,
}
