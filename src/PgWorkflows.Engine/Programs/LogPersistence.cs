using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Instances;

namespace PgWorkflows.Engine.Programs;

/// <summary>
/// Which evaluated inputs and outputs of an activity go into its execution records (Elsa's log persistence, elsa-contract 2.15): asked of the property,
/// then the activity, then the workflow; included when nobody says otherwise. What a run needs to go on is not touched by it.
/// </summary>
internal sealed class LogPersistence
{
    /// <summary>Everything is recorded.</summary>
    public static readonly LogPersistence All = new([], []);

    private readonly HashSet<string> _inputs;
    private readonly HashSet<string> _outputs;

    private LogPersistence(HashSet<string> inputs, HashSet<string> outputs) => (_inputs, _outputs) = (inputs, outputs);

    /// <summary>The rules of one activity.</summary>
    /// <param name="activity">The activity as JSON.</param>
    /// <param name="workflow">Its workflow as JSON.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="outputs">The names of its outputs.</param>
    public static LogPersistence Of(JsonElement activity, JsonElement workflow, IEnumerable<string> inputs, IEnumerable<string> outputs)
    {
        var (own, outer) = (ConfigOf(activity), ConfigOf(workflow));
        if (own is null && outer is null)
            return All;

        var byDefault = Mode(DefaultOf(own)) ?? Mode(DefaultOf(outer)) ?? true;
        var (leftInputs, leftOutputs) = (Excluded(own?.Member("inputs"), inputs), Excluded(own?.Member("outputs"), outputs));
        return leftInputs.Count + leftOutputs.Count == 0 ? All : new(leftInputs, leftOutputs);

        HashSet<string> Excluded(JsonElement? config, IEnumerable<string> names) =>
            [.. names.Where(name => !(Mode(config?.Member(JsonNamingPolicy.CamelCase.ConvertName(name))) ?? byDefault))];
    }

    /// <summary>The record without what is not to be recorded.</summary>
    public ActivityContext Apply(ActivityContext record) => ReferenceEquals(this, All) ? record : record with
    {
        Inputs = Without(record.Inputs, _inputs),
        Outputs = Without(record.Outputs, _outputs),
    };

    private static IReadOnlyDictionary<string, object?> Without(IReadOnlyDictionary<string, object?> values, HashSet<string> names) =>
        names.Count == 0 ? values : values.Where(pair => !names.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);

    private static JsonElement? ConfigOf(JsonElement json) =>
        json.Member("customProperties") is { } custom
            ? custom.Member("logPersistenceConfig") ?? custom.Member("logPersistenceMode")
            : null;

    /// <summary>Older files have one word for the whole activity.</summary>
    private static JsonElement? DefaultOf(JsonElement? config) => config is { ValueKind: JsonValueKind.Object } ? config.Value.Member("default") : config;

    /// <summary>Include or exclude; null when it is left to the next one. Read are Elsa's strategy types and the plain words of older files.</summary>
    private static bool? Mode(JsonElement? config)
    {
        var name = config is { ValueKind: JsonValueKind.Object } ? config.Value.Member("strategyType")?.ToString() : config?.ToString();
        name = name?.Split(',')[0];
        return name is null ? null
            : name.EndsWith("Exclude", StringComparison.Ordinal) ? false
            : name.EndsWith("Include", StringComparison.Ordinal) ? true
            : null;
    }
}
