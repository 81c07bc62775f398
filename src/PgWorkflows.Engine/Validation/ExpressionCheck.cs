using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Validation;

/// <summary>One expression: is its type offered, can it be read, is there what it refers to.</summary>
internal static class ExpressionCheck
{
    public static void Look(Node node, string where, JsonElement expression, WorkflowDefinition definition, ExpressionLanguages languages, Findings findings)
    {
        var place = Findings.Place(node);
        var type = expression.Member("type") is { ValueKind: JsonValueKind.String } name ? name.GetString()! : "Literal";
        var value = expression.Member("value");
        switch (type)
        {
            case "Literal":
                break;
            case "Variable":
                if (Expression.ParseText(value) is not { ValueKind: JsonValueKind.Object } variable)
                    findings.Error(place, $"refers to no variable in its {where}", "Choose one in the designer");
                else if (variable.Member("id") is { ValueKind: JsonValueKind.String } id && !ActivityCheck.IsVariable(node, id.GetString()!) && !IsLoopVariable(node, id.GetString()!))
                    findings.Error(place, $"refers to the variable '{variable.Member("name") ?? id}' in its {where}, which is not declared",
                        "Declare it on the Variables tab, or choose another one");
                break;
            case "Input":
                if (Expression.ParseText(value)?.Member("name")?.ToString() is { } input && definition.Inputs.All(declared => declared.Name != input))
                    findings.Error(place, $"refers to the workflow input '{input}' in its {where}, which is not declared",
                        "Declare it on the Input/output tab, or choose another one");
                break;
            case "Object" or "Json":
                if (value is { ValueKind: JsonValueKind.String } text && !string.IsNullOrWhiteSpace(text.GetString()) && Expression.ParseText(value) is null)
                    findings.Error(place, $"has text in its {where} that is not JSON", "Mend the JSON, or use a Literal");
                break;
            default:
                Script(place, where, type, ValueConverter.ToText(ValueConverter.Normalize(value)), languages, findings);
                break;
        }
    }

    /// <summary>A script in one of the languages that the host offers.</summary>
    public static void Script(string place, string where, string type, string script, ExpressionLanguages languages, Findings findings)
    {
        if (languages.Find(type) is not { } language)
        {
            findings.Error(place, $"uses the expression type '{type}' in its {where}, which is not offered here", "Use JavaScript, Literal, Object, Variable or Input");
        }
        else if (language.Check(script) is { } problem)
        {
            findings.Error(place, $"has a {type} error in its {where}, line {problem.Line}, column {problem.Column}: {problem.Problem}",
                Capital(problem.Cure) ?? "Correct the script");
        }
    }

    /// <summary>Loops bring variables of their own, which no list declares.</summary>
    private static bool IsLoopVariable(Node node, string id) =>
        node.Parent is { } parent && ((parent.Behavior.IsLoop && id.StartsWith(parent.Id + ":", StringComparison.Ordinal)) || IsLoopVariable(parent, id));

    private static string? Capital(string? text) => text is { Length: > 0 } ? char.ToUpperInvariant(text[0]) + text[1..] : null;
}
