using System.Text.Json;
using Elsa.Expressions.Contracts;
using Elsa.Expressions.Models;
using Elsa.Extensions;
using Microsoft.Extensions.DependencyInjection;

namespace PgWorkflows.Elsa.Expressions;

/// <summary>
/// The expression type <c>Input</c>, by which the shipped definitions read a workflow's inputs. Elsa has it since 3.6 and Studio offers it; 3.5 takes
/// an unknown type for null, so it is added where it is missing.
/// </summary>
public sealed class InputExpressions : IExpressionDescriptorProvider, IExpressionHandler
{
    /// <summary>The type in definitions.</summary>
    public const string Type = "Input";

    /// <inheritdoc/>
    public IEnumerable<ExpressionDescriptor> GetDescriptors() =>
    [
        new()
        {
            Type = Type,
            DisplayName = Type,
            HandlerFactory = services => services.GetRequiredService<InputExpressions>(),
        },
    ];

    /// <inheritdoc/>
    public ValueTask<object?> EvaluateAsync(Expression expression, Type returnType, ExpressionExecutionContext context, ExpressionEvaluatorOptions options) =>
        ValueTask.FromResult(NameOf(expression.Value) is { } name ? context.GetInput(name) : null);

    /// <summary>The name in an input definition, which is JSON as text; null where there is none, as Elsa has it.</summary>
    internal static string? NameOf(object? value)
    {
        try
        {
            var definition = JsonSerializer.SerializeToElement(value);
            if (definition.ValueKind == JsonValueKind.String)
                definition = JsonSerializer.Deserialize<JsonElement>(definition.GetString()!);
            return definition.ValueKind == JsonValueKind.Object && definition.TryGetProperty("name", out var name) ? name.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
