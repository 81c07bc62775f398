using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Engine.Instances;

/// <summary>Elsa's activation strategies: which starts are refused while other runs are going on.</summary>
public static class Activation
{
    /// <summary>Whether a definition may be started.</summary>
    /// <param name="definition">What is to be started.</param>
    /// <param name="correlationId">The correlation id of the start.</param>
    /// <param name="running">The runs that have not ended, of all definitions.</param>
    public static bool Allows(WorkflowDefinition definition, string? correlationId, IEnumerable<(string DefinitionId, string? CorrelationId)> running) =>
        NameOf(definition.Options.ActivationStrategyType) switch
        {
            "Singleton" => running.All(run => run.DefinitionId != definition.DefinitionId),
            "Correlation" => running.All(run => run.CorrelationId != correlationId),
            "CorrelatedSingleton" => running.All(run => run.DefinitionId != definition.DefinitionId || run.CorrelationId != correlationId),
            _ => true,
        };

    /// <summary>The strategy's short name: definitions hold the name of Elsa's class, with or without its assembly.</summary>
    internal static string? NameOf(string? type)
    {
        var name = type?.Split(',')[0].Trim();
        name = name?[(name.LastIndexOf('.') + 1)..];
        return name?.EndsWith("Strategy", StringComparison.Ordinal) is true ? name[..^"Strategy".Length] : name;
    }
}
