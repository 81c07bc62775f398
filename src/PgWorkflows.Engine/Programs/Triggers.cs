using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Programs;

/// <summary>The activities by which a workflow begins by itself (elsa-contract 7.1): their inputs are evaluated without a run.</summary>
public static class Triggers
{
    private static readonly string[] Types = ["Elsa.HttpEndpoint", "Elsa.Timer", "Elsa.Cron", "Elsa.StartAt", "Elsa.Event"];

    /// <summary>The triggers of a program, in the order of the definition. One whose inputs cannot be evaluated tells so and never comes.</summary>
    public static IReadOnlyList<Trigger> Of(Program program) =>
        [.. program.Nodes.Where(node => node.Source is { CanStartWorkflow: true } && Types.Contains(node.Type)).Select(TriggerOf)];

    /// <summary>The HTTP methods that an endpoint takes, in lower case.</summary>
    public static IReadOnlyList<string> MethodsOf(Trigger trigger) => HttpEndpoint.MethodsOf(trigger.Inputs.GetValueOrDefault("SupportedMethods"));

    private static Trigger TriggerOf(Node node)
    {
        var inputs = new Dictionary<string, object?>(StringComparer.Ordinal);
        try
        {
            foreach (var input in node.Inputs)
            {
                var value = input.Expression is null ? input.Default : input.Expression.Evaluate(NoExpressionContext.Instance);
                inputs[input.Name] = ValueConverter.Normalize(input.Type is null ? value : ValueConverter.Convert(value, input.Type));
            }

            return new(node.Id, node.Type, node.Label, inputs, null);
        }
#pragma warning disable CA1031 // Whatever a script or a conversion throws: the trigger never comes, and its page says why.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new(node.Id, node.Type, node.Label, inputs, e.Message);
        }
    }
}

/// <summary>An activity by which a workflow begins by itself.</summary>
/// <param name="ActivityId">Its id in the definition.</param>
/// <param name="Type">HttpEndpoint, Timer, Cron, StartAt or Event, with <c>Elsa.</c> before it.</param>
/// <param name="Label">For people.</param>
/// <param name="Inputs">Its evaluated inputs by PascalCase name.</param>
/// <param name="Problem">Why its inputs cannot be evaluated, or null.</param>
public sealed record Trigger(string ActivityId, string Type, string Label, IReadOnlyDictionary<string, object?> Inputs, string? Problem);
