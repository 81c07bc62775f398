using System.Security.Cryptography;
using System.Text.Json;

namespace PgWorkflows.Engine.Definitions;

/// <summary>
/// One version of an Elsa 3 workflow definition (elsa-contract 1.2). The record is a view; <see cref="Json"/> is what was read,
/// so nothing that the view does not know is ever lost.
/// </summary>
public sealed record WorkflowDefinition
{
    /// <summary>The id of this version.</summary>
    public required string Id { get; init; }

    /// <summary>The id all versions share.</summary>
    public required string DefinitionId { get; init; }

    /// <summary>The name; in PascalCase it is also the type name of the workflow used as an activity.</summary>
    public required string Name { get; init; }

    /// <summary>What the workflow does.</summary>
    public string? Description { get; init; }

    /// <summary>The version number, from 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Workflow variables.</summary>
    public IReadOnlyList<VariableDefinition> Variables { get; init; } = [];

    /// <summary>Workflow inputs.</summary>
    public IReadOnlyList<ArgumentDefinition> Inputs { get; init; } = [];

    /// <summary>Workflow outputs.</summary>
    public IReadOnlyList<ArgumentDefinition> Outputs { get; init; } = [];

    /// <summary>The flow ports of the workflow when it is used as an activity.</summary>
    public IReadOnlyList<string> Outcomes { get; init; } = [];

    /// <summary>Elsa's options bag.</summary>
    public WorkflowOptions Options { get; init; } = new();

    /// <summary>The first activity, usually a Flowchart; null when the definition has none.</summary>
    public ActivityNode? Root { get; init; }

    /// <summary>The definition as it was read.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>SHA-256 of the definition's meaning (blanks do not count), lower-case hex: what a run names as the definition it ran.</summary>
    public string Hash => field ??= Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Json)));

    /// <summary>The activity type name under which other definitions use this one (elsa-contract 1.12).</summary>
    public string ActivityTypeName => Pascalize(Name);

    /// <summary>Writes the definition as it was read, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(Json, Indented);

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string Pascalize(string name)
    {
        var words = name.Split([' ', '-', '_', '.'], StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}

/// <summary>Elsa's options of a definition (elsa-contract 1.2).</summary>
public sealed record WorkflowOptions
{
    /// <summary>Which starts are refused while another instance runs; null means always allowed.</summary>
    public string? ActivationStrategyType { get; init; }

    /// <summary>The workflow may be used as an activity.</summary>
    public bool UsableAsActivity { get; init; }

    /// <summary>The palette group when used as an activity.</summary>
    public string? ActivityCategory { get; init; }

    /// <summary>What an incident does to the run; null means FaultStrategy.</summary>
    public string? IncidentStrategyType { get; init; }
}

/// <summary>A variable (elsa-contract 1.8).</summary>
/// <param name="Id">What SetVariable and Variable expressions resolve by.</param>
/// <param name="Name">What scripts resolve by.</param>
/// <param name="TypeName">Elsa's type alias.</param>
/// <param name="Default">The default value as the definition gives it, or null.</param>
/// <param name="IsPersistent">Kept in the instance's state; otherwise lost when the run rests (Elsa's Memory driver).</param>
public sealed record VariableDefinition(string Id, string Name, string? TypeName, JsonElement? Default, bool IsPersistent);

/// <summary>A workflow input or output.</summary>
public sealed record ArgumentDefinition(string Name, string? TypeName, string? DisplayName, string? Description);
