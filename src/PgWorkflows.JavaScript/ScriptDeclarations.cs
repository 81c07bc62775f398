using System.Text;
using System.Text.Json;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.JavaScript;

/// <summary>A function that every script has.</summary>
/// <param name="Name">What a script calls.</param>
/// <param name="Signature">Parameters and result in TypeScript.</param>
public sealed record ScriptFunction(string Name, string Signature);

/// <summary>
/// What a script may call, as TypeScript declares it: editors complete by it. Tests hold it against the names that a real script sees.
/// </summary>
public static class ScriptDeclarations
{
    /// <summary>What every script has, whatever its definition.</summary>
    public static IReadOnlyList<ScriptFunction> Functions { get; } =
    [
        new("getVariable", "(name: string): any"),
        new("setVariable", "(name: string, value: any): void"),
        new("getInput", "(name: string): any"),
        new("getOutputFrom", "(activityIdOrName: string, outputName?: string): any"),
        new("getLastResult", "(): any"),

        new("getWorkflowInstanceId", "(): string"),
        new("getWorkflowDefinitionId", "(): string"),
        new("getWorkflowDefinitionVersionId", "(): string"),
        new("getWorkflowDefinitionVersion", "(): number"),
        new("getCorrelationId", "(): string | null"),
        new("setCorrelationId", "(value: string | null): void"),
        new("getWorkflowInstanceName", "(): string | null"),
        new("setWorkflowInstanceName", "(value: string | null): void"),
        new("setOutcome", "(outcome: string): void"),
        new("setOutcomes", "(outcomes: string[]): void"),

        new("isNullOrWhiteSpace", "(value: string | null): boolean"),
        new("isNullOrEmpty", "(value: string | null): boolean"),
        new("toJson", "(value: any): string"),
        new("newGuid", "(): string"),
        new("newGuidString", "(): string"),
        new("newShortGuid", "(): string"),
        new("parseGuid", "(value: string): string"),
        new("stringToBase64", "(value: string): string"),
        new("stringFromBase64", "(value: string): string"),
    ];

    /// <summary>The declarations for the scripts of one definition.</summary>
    public static string Of(
        IEnumerable<VariableDefinition> variables, IEnumerable<ArgumentDefinition> inputs, IEnumerable<(string Activity, OutputDescriptor Output)> outputs)
    {
        // As in the script itself, a later name hides an earlier one: getVariable() of a variable that is called Variable.
        var functions = Functions.ToDictionary(function => function.Name, function => function.Signature, StringComparer.Ordinal);
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            var type = TypeOf(variable.TypeName);
            functions["get" + Pascal(variable.Name)] = $"(): {type}";
            functions["set" + Pascal(variable.Name)] = $"(value: {type}): void";
            members[variable.Name] = type;
        }

        foreach (var input in inputs)
            functions["get" + Pascal(input.Name)] = $"(): {TypeOf(input.TypeName)}";
        foreach (var (activity, output) in outputs)
            functions[$"get{output.Name}From{Pascal(activity)}"] = $"(): {TypeOf(output.TypeName)}";

        var text = new StringBuilder();
        foreach (var (name, signature) in functions.Where(function => IsIdentifier(function.Key)))
            text.Append("declare function ").Append(name).Append(signature).Append(";\n");

        // An interface, because Studio adds the declarations again with every editor that it opens, and interfaces of one name become one.
        text.Append("interface WorkflowVariables {\n");
        foreach (var (name, type) in members)
            text.Append("  ").Append(IsIdentifier(name) ? name : JsonSerializer.Serialize(name)).Append(": ").Append(type).Append(";\n");
        return text.Append("}\ndeclare var variables: WorkflowVariables;\n").ToString();
    }

    /// <summary>What a script gets for a value of that type; any where a value may have several shapes.</summary>
    private static string TypeOf(string? alias)
    {
        if (alias?.EndsWith("[]", StringComparison.Ordinal) is true)
            return TypeOf(alias[..^2]) + "[]";
        var type = TypeAliases.Find(alias);
        return type switch
        {
            _ when type == typeof(string) || type == typeof(Guid) || type == typeof(TimeSpan) => "string",
            _ when type == typeof(bool) => "boolean",
            { IsPrimitive: true } or { FullName: "System.Decimal" } => "number",
            _ when type == typeof(DateTimeOffset) => "Date",
            _ => "any",
        };
    }

    private static string Pascal(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsDigit(name[0]) && name.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '$');
}
