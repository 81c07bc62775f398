using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Testing.Agreement;

/// <summary>One way through one action: what the world answers, and the journal that every home must produce then.</summary>
public sealed record AgreementCase
{
    /// <summary>What it shows, with the row of actions.md.</summary>
    public required string Name { get; init; }

    /// <summary>The action's definition id.</summary>
    public required string Action { get; init; }

    /// <summary>The resource's state before.</summary>
    public ResourceState Before { get; init; } = ResourceState.ISP;

    /// <summary>The answers of the service manager in their order; the last one holds. Null is no value.</summary>
    public required IReadOnlyList<ServiceStatus?> Statuses { get; init; }

    /// <summary>The start command works.</summary>
    public bool Starts { get; init; } = true;

    /// <summary>The stop command works.</summary>
    public bool Stops { get; init; } = true;

    /// <summary>How the deep checks turn out in their order; the last one holds.</summary>
    public IReadOnlyList<Deep> Checks { get; init; } = [Deep.Good];

    /// <summary>The resource's profile.</summary>
    public ResourceProfile Profile { get; init; }

    /// <summary>What the server answers to the guarded profile's questions, in order, the last one holds: a kind of answer, or the SQLSTATE of an error.</summary>
    public IReadOnlyList<string> Answers { get; init; } = [];

    /// <summary>The definition that does the action in this profile.</summary>
    [JsonIgnore]
    public string DefinitionId => Profile == ResourceProfile.Guarded ? $"guarded{char.ToUpperInvariant(Action[0])}{Action[1..]}" : Action;

    /// <summary>The resource's own number of repeats, or null.</summary>
    public int? PollRepeats { get; init; }

    /// <summary>The resource's own wait, or null.</summary>
    public TimeSpan? PollInterval { get; init; }

    /// <summary>What it must come to.</summary>
    public AgreementJournal? Journal { get; init; }

    /// <summary>The world of this case.</summary>
    public Script Script() => new([.. Statuses], Starts, Stops, [.. Checks]) { Answers = new(Answers.Select(Answer)) };

    private static ServerAnswer Answer(string answer) => Enum.TryParse<AnswerKind>(answer, out var kind) && Enum.IsDefined(kind)
        ? new(kind, null, null, new("psql", kind == AnswerKind.Answered ? 0 : 2, answer))
        : new(AnswerKind.ServerError, answer, null, new("psql", 2, $"error {answer}"));

    /// <summary>The resource of this case.</summary>
    public Resource Resource() => new()
    {
        Name = "main",
        ServiceControl = ServiceControlKind.Sc,
        Service = "postgresql-x64-15",
        DataDirectory = "/data",
        BinDirectory = "/bin",
        Port = 5432,
        InitialState = Before,
        Profile = Profile,
        PollRepeats = PollRepeats,
        PollInterval = PollInterval,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>What a run leaves: equal in both homes.</summary>
public sealed record AgreementJournal
{
    /// <summary>Each step with its journal entries and the outcome it took.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>What the service manager was asked and told.</summary>
    public required IReadOnlyList<string> Commands { get; init; }

    /// <summary>The events, number and text.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>The action's result.</summary>
    public required string? Result { get; init; }

    /// <summary>The return value.</summary>
    public required int? ReturnValue { get; init; }

    /// <summary>The resource's state afterwards.</summary>
    public required ResourceState After { get; init; }

    /// <summary>The time that was waited.</summary>
    public required TimeSpan Waited { get; init; }

    /// <summary>One line of <see cref="Steps"/>.</summary>
    public static string Step(string label, IEnumerable<string> entries, IReadOnlyList<string> outcomes) =>
        $"{label}: {string.Join(", ", entries)}" + (outcomes.Count == 0 ? "" : $" → {string.Join(", ", outcomes)}");

    /// <summary>As text, for comparing.</summary>
    public string Text() => JsonSerializer.Serialize(this, AgreementCases.Json);
}

/// <summary>The committed cases.</summary>
public static class AgreementCases
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The file.</summary>
    public static string File { get; } = Path.Combine(AppContext.BaseDirectory, "agreement", "actions.json");

    /// <summary>All cases.</summary>
    public static IReadOnlyList<AgreementCase> All { get; } = JsonSerializer.Deserialize<AgreementCase[]>(System.IO.File.ReadAllText(File), Json)!;

    /// <summary>The case of this name.</summary>
    public static AgreementCase Named(string name) => All.Single(one => one.Name == name);

    /// <summary>The file's text for these cases.</summary>
    public static string Text(IEnumerable<AgreementCase> cases) => JsonSerializer.Serialize(cases, Json) + "\n";
}
