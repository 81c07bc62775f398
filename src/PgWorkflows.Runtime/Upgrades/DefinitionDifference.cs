using System.Text.Json.Serialization;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Runtime.Upgrades;

/// <summary>What differs between an edit and a shipped version, activity by activity; where a node is drawn does not count.</summary>
public sealed record DefinitionDifference
{
    /// <summary>Members of the definition that differ: name, description, variables, inputs, outputs, outcomes, options.</summary>
    public required IReadOnlyList<MemberChange> Members { get; init; }

    /// <summary>Activities that only one of both has, or that differ.</summary>
    public required IReadOnlyList<ActivityChange> Activities { get; init; }

    /// <summary>Connections that only one of both has.</summary>
    public required IReadOnlyList<ConnectionChange> Connections { get; init; }

    /// <summary>Both would run alike.</summary>
    public bool IsEmpty => Members.Count == 0 && Activities.Count == 0 && Connections.Count == 0;

    /// <summary>Compares an edit with a shipped version.</summary>
    public static DefinitionDifference Between(WorkflowDefinition edit, WorkflowDefinition shipped)
    {
        var (mine, theirs) = (ById(edit), ById(shipped));
        return new()
        {
            Members = ActivityContent.Compare(ActivityContent.OfDefinition(edit.Json), ActivityContent.OfDefinition(shipped.Json)),
            Activities =
            [
                .. mine.Where(pair => !theirs.ContainsKey(pair.Key)).Select(pair => Only(pair.Value, Side.Edit)),
                .. theirs.Where(pair => !mine.ContainsKey(pair.Key)).Select(pair => Only(pair.Value, Side.Shipped)),
                .. mine.Where(pair => theirs.ContainsKey(pair.Key)).Select(pair => Both(pair.Value, theirs[pair.Key])).OfType<ActivityChange>(),
            ],
            Connections =
            [
                .. Drawn(edit).Except(Drawn(shipped)).Select(text => new ConnectionChange(text, Side.Edit)),
                .. Drawn(shipped).Except(Drawn(edit)).Select(text => new ConnectionChange(text, Side.Shipped)),
            ],
        };
    }

    private static Dictionary<string, ActivityNode> ById(WorkflowDefinition definition) =>
        (definition.Root?.SelfAndDescendants() ?? []).DistinctBy(node => node.Id).ToDictionary(node => node.Id, StringComparer.Ordinal);

    private static ActivityChange Only(ActivityNode node, Side side) => new(node.Id, node.Type, node.Label, side, []);

    private static ActivityChange? Both(ActivityNode edit, ActivityNode shipped)
    {
        var changes = ActivityContent.Compare(ActivityContent.OfActivity(edit), ActivityContent.OfActivity(shipped));
        return changes.Count == 0 ? null : new(shipped.Id, shipped.Type, shipped.Label, null, changes);
    }

    private static IEnumerable<string> Drawn(WorkflowDefinition definition) =>
        (definition.Root?.SelfAndDescendants() ?? []).SelectMany(node => node.Connections).Select(connection =>
            $"{connection.Source} {connection.SourcePort ?? "Done"} → {connection.Target}").Distinct();
}

/// <summary>Which of the two versions has something that the other one has not.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Side>))]
public enum Side
{
    /// <summary>The operator's edit.</summary>
    Edit,

    /// <summary>The version that came with the program.</summary>
    Shipped,
}

/// <summary>A member with its two values as JSON or text; null where it is missing.</summary>
public sealed record MemberChange(string Name, string? Edit, string? Shipped);

/// <summary>An activity that differs.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type name.</param>
/// <param name="Label">What the designer shows on it.</param>
/// <param name="OnlyIn">The side that has it; null when both have it.</param>
/// <param name="Changes">Its inputs and other members that differ, when both have it.</param>
public sealed record ActivityChange(string Id, string Type, string Label, Side? OnlyIn, IReadOnlyList<MemberChange> Changes);

/// <summary>A connection that only one side has, as <c>source outcome → target</c>.</summary>
public sealed record ConnectionChange(string Text, Side OnlyIn);
