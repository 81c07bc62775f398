using System.Text.Json;
using System.Text.RegularExpressions;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.JavaScript;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>The declarations are what a real script has: no name more, none less, and what comes back is of the kind that is declared.</summary>
public sealed partial class ScriptDeclarationTests
{
    private static readonly JavaScriptLanguage Language = new();

    /// <summary>The global names of a script that are not ECMAScript's own; those begin with a capital letter, but for these.</summary>
    private const string Globals =
        """
        (function () {
            var own = ['decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'eval', 'globalThis', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'toString', 'undefined', 'unescape'];
            return Object.getOwnPropertyNames(typeof globalThis === 'undefined' ? this : globalThis).filter(function (name) {
                return own.indexOf(name) < 0 && !/^[A-Z]/.test(name);
            });
        })()
        """;

    public static TheoryData<string> Names => [.. ScriptDeclarations.Functions.Select(function => function.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_declared_function_can_be_called_and_gives_what_is_declared(string name)
    {
        var signature = Signature().Match(ScriptDeclarations.Functions.Single(function => function.Name == name).Signature);
        var arguments = signature.Groups[1].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(parameter => parameter.Split(": ")[1] switch
        {
            "string" or "string | null" => "'0123456789abcdef0123456789abcdef'", // A name, a GUID and base64 at once.
            "string[]" => "['One']",
            "any" => "1",
            var other => throw new InvalidOperationException($"There is no example of the type {other}."),
        });

        var kind = Language.Evaluate($"var result = {name}({string.Join(", ", arguments)}); result === undefined || result === null ? 'null' : typeof result", new Context());

        Assert.Contains(kind, signature.Groups[2].Value switch
        {
            "any" => ["number", "null"],
            "void" => ["null"],
            "string | null" => ["string", "null"],
            var one => new[] { one },
        });
    }

    [Fact]
    public void Every_name_that_a_script_has_is_declared_and_none_besides() => Assert.Equal(
        ScriptDeclarations.Functions.Select(function => function.Name).Append("variables").Order(StringComparer.Ordinal),
        Has(new Context()));

    [Fact]
    public void The_names_of_a_definition_are_declared_as_a_script_has_them()
    {
        var declared = ScriptDeclarations.Of(
            [Variable("count", "Int32"), Variable("Names", "String[]"), Variable("größe", "Decimal"), Variable("with space", "Object"), Variable("Variable", "Boolean"), Variable("say \"hi\"\n};", null)],
            [new("resource", "String", null, null), new("Names", "Int64", null, null), new("Since", "DateTimeOffset", null, null)],
            [("check 1", new OutputDescriptor("Result", "String", "")), ("check", new OutputDescriptor("Result", "Object", "")), ("look", new OutputDescriptor("Found", "Boolean", ""))]);

        Assert.Equal(
            Has(new Context
            {
                VariableNames = ["count", "Names", "größe", "with space", "Variable", "say \"hi\"\n};"],
                InputNames = ["resource", "Names", "Since"],
                Outputs = [("check 1", "Result"), ("check", "Result"), ("look", "Found")],
            }).Where(name => Identifier().IsMatch(name)),
            Declared().Matches(declared).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        Assert.All(
            [
                "declare function getCount(): number;", "declare function setCount(value: number): void;", "declare function getGröße(): number;", "declare function getVariable(): boolean;",
                "declare function getNames(): number;", "declare function setNames(value: string[]): void;", "declare function getSince(): Date;", "declare function getResource(): string;",
                "declare function getFoundFromLook(): boolean;", "declare function getResultFromCheck(): any;",
            ],
            line => Assert.Contains(line + "\n", declared, StringComparison.Ordinal));
        Assert.EndsWith(
            """
            interface WorkflowVariables {
              count: number;
              Names: string[];
              größe: number;
              "with space": any;
              Variable: boolean;
              "say \u0022hi\u0022\n};": any;
            }
            declare var variables: WorkflowVariables;

            """.ReplaceLineEndings("\n"), declared, StringComparison.Ordinal);
    }

    private static string[] Has(IExpressionContext context) =>
        [.. ((JsonElement)Language.Evaluate(Globals, context)!).EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal)];

    private static VariableDefinition Variable(string name, string? type) => new(name, name, type, null, IsPersistent: true);

    [GeneratedRegex("""^\((.*)\): (.+)$""")]
    private static partial Regex Signature();

    [GeneratedRegex("""^declare (?:function|var) ([^(:]+)""", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex("""^[\w$]+\z""")]
    private static partial Regex Identifier();

    private sealed class Context : IExpressionContext
    {
        public IEnumerable<string> VariableNames { get; init; } = [];

        public IEnumerable<string> InputNames { get; init; } = [];

        public IEnumerable<(string Activity, string Output)> Outputs { get; init; } = [];

        public object? LastResult => null;

        public ExpressionFacts Facts => new("i", "d", "v", 1, null, null, DateTimeOffset.UnixEpoch);

        public bool TryGetVariableById(string id, out object? value) => (value = null) is not null;

        public bool TryGetVariableByName(string name, out object? value) => (value = null) is not null;

        public bool TrySetVariableByName(string name, object? value) => false;

        public object? GetInput(string name) => null;

        public object? GetOutput(string activity, string? output) => null;

        public void SetCorrelationId(string? value)
        {
        }

        public void SetName(string? value)
        {
        }

        public void SetOutcomes(IReadOnlyList<string> outcomes)
        {
        }
    }
}
