using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Expressions;

/// <summary>Where an input's value comes from (elsa-contract 1.6).</summary>
internal abstract class Expression
{
    public abstract object? Evaluate(IExpressionContext context);

    /// <summary>The value for an input of type Object: Elsa leaves an Object expression's text as it is unless the target has a type of its own.</summary>
    public virtual object? EvaluateAsObject(IExpressionContext context) => Evaluate(context);

    /// <summary>Makes an expression of an <c>{ "type", "value" }</c> object; null when the type is not known, which Elsa reads as no value.</summary>
    public static Expression? Compile(JsonElement expression, ExpressionLanguages languages)
    {
        var type = expression.Member("type") is { ValueKind: JsonValueKind.String } name ? name.GetString()! : "Literal";
        var value = expression.Member("value");
        return type switch
        {
            "Literal" => new Constant(value is { } literal ? ValueConverter.Normalize(literal) : null),
            "Object" or "Json" => ObjectExpression.Of(value, languages),
            "Variable" => new VariableReference(Reference(value, "id"), Reference(value, "name")),
            "Input" => new InputReference(Reference(value, "name")),
            _ => languages.Find(type) is { } language ? new Script(language, ValueConverter.ToText(ValueConverter.Normalize(value))) : null,
        };
    }

    private static string? Reference(JsonElement? value, string member)
    {
        if (ParseText(value) is not { ValueKind: JsonValueKind.Object } reference)
            return null;
        return reference.Member(member) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
    }

    /// <summary>JSON given as text or as it is; null when it is neither.</summary>
    internal static JsonElement? ParseText(JsonElement? value)
    {
        if (value is not { ValueKind: JsonValueKind.String } text)
            return value;
        try
        {
            var json = text.GetString()!;
            if (string.IsNullOrWhiteSpace(json))
                return null;
            return JsonMembers.Parse(System.Text.Encoding.UTF8.GetBytes(json), new JsonDocumentOptions { MaxDepth = DefinitionReader.MaxDepth });
        }
        catch (JsonException)
        {
            return null; // A reference that cannot be read refers to nothing (elsa-contract 1.6).
        }
    }
}

/// <summary>What an expression may see of the run that evaluates it.</summary>
public interface IExpressionContext
{
    /// <summary>The value of the variable with that id in the nearest scope; false when there is none.</summary>
    bool TryGetVariableById(string id, out object? value);

    /// <summary>The value of the variable with that name in the nearest scope; false when there is none.</summary>
    bool TryGetVariableByName(string name, out object? value);

    /// <summary>Sets the variable with that name in the nearest scope; false when there is none.</summary>
    bool TrySetVariableByName(string name, object? value);

    /// <summary>The names of all variables in scope, inner ones first.</summary>
    IEnumerable<string> VariableNames { get; }

    /// <summary>A workflow input: a variable of that name (a workflow used as an activity), else the run's input.</summary>
    object? GetInput(string name);

    /// <summary>The names of the workflow's inputs.</summary>
    IEnumerable<string> InputNames { get; }

    /// <summary>An output of the last execution of an activity in this burst, by id or name; the first output when none is named.</summary>
    object? GetOutput(string activity, string? output);

    /// <summary>The activities, by name, and outputs that a script can ask for.</summary>
    IEnumerable<(string Activity, string Output)> Outputs { get; }

    /// <summary>The first output of the activity that completed last.</summary>
    object? LastResult { get; }

    /// <summary>The workflow instance's facts.</summary>
    ExpressionFacts Facts { get; }

    /// <summary>Changes the correlation id.</summary>
    void SetCorrelationId(string? value);

    /// <summary>Changes the instance's name.</summary>
    void SetName(string? value);

    /// <summary>Chooses the outcomes of the running RunJavaScript activity; elsewhere it has no effect.</summary>
    void SetOutcomes(IReadOnlyList<string> outcomes);
}

/// <summary>Ids and names an expression can ask for.</summary>
public sealed record ExpressionFacts(
    string InstanceId, string DefinitionId, string VersionId, int Version, string? CorrelationId, string? Name, DateTimeOffset Now);

/// <summary>A value that is always the same.</summary>
internal sealed class Constant(object? value) : Expression
{
    public override object? Evaluate(IExpressionContext context) => value;
}

/// <summary>The value of a variable, by id.</summary>
internal sealed class VariableReference(string? id, string? name) : Expression
{
    public string? Id { get; } = id;

    public override object? Evaluate(IExpressionContext context) =>
        Id is not null && context.TryGetVariableById(Id, out var value) ? value
        : Id is null && name is not null && context.TryGetVariableByName(name, out value) ? value
        : null;
}

/// <summary>A workflow input.</summary>
internal sealed class InputReference(string? name) : Expression
{
    public string? Name { get; } = name;

    public override object? Evaluate(IExpressionContext context) => Name is null ? null : context.GetInput(Name);
}

/// <summary>JSON text, whose members may be expressions themselves (inputs that Studio edits as a dictionary).</summary>
internal sealed class ObjectExpression : Expression
{
    private readonly (string Name, Expression Value)[] _members;

    private ObjectExpression((string, Expression)[] members) => _members = members;

    public static Expression Of(JsonElement? value, ExpressionLanguages languages)
    {
        if (value is { ValueKind: JsonValueKind.String } && string.IsNullOrWhiteSpace(value.Value.GetString()))
            return new Constant(null);
        if (ParseText(value) is not { } json)
            return value is { } text ? new Invalid(text.GetString() ?? "") : new Constant(null);
        var plain = value is { ValueKind: JsonValueKind.String } given ? given.GetString() : null;
        if (json.ValueKind != JsonValueKind.Object || !json.EnumerateObject().Any(member => IsExpression(member.Value)))
            return new ObjectLiteral(ValueConverter.Normalize(json), plain);

        return new ObjectExpression([.. json.EnumerateObject().Select(member => (member.Name, IsExpression(member.Value)
            ? Compile(member.Value, languages) ?? new Constant(null)
            : new Constant(ValueConverter.Normalize(member.Value))))]);
    }

    public override object? Evaluate(IExpressionContext context) =>
        ValueConverter.ToElement(_members.ToDictionary(member => member.Name, member => member.Value.Evaluate(context)));

    private static bool IsExpression(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        && value.EnumerateObject().Count() == 2
        && value.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
        && value.TryGetProperty("value", out _);
}

/// <summary>JSON that is always the same, with the text that it was given as.</summary>
internal sealed class ObjectLiteral(object? value, string? text) : Expression
{
    public override object? Evaluate(IExpressionContext context) => value;

    public override object? EvaluateAsObject(IExpressionContext context) => text ?? value;
}

/// <summary>Text that should be JSON and is not: an incident when it is evaluated, as in Elsa.</summary>
internal sealed class Invalid(string text) : Expression
{
    public override object? Evaluate(IExpressionContext context) =>
        throw new FormatException($"'{(text.Length > 80 ? text[..80] + "…" : text)}' is not JSON");
}

/// <summary>A script of one of the languages that the host offers.</summary>
internal sealed class Script(IExpressionLanguage language, string text) : Expression
{
    public string Text { get; } = text;

    public IExpressionLanguage Language { get; } = language;

    public override object? Evaluate(IExpressionContext context) => ValueConverter.Normalize(Language.Evaluate(Text, context));
}

/// <summary>A script language: one small interface, so that the engine needs no script engine.</summary>
public interface IExpressionLanguage
{
    /// <summary>Its name in definitions, for example <c>JavaScript</c>.</summary>
    string Type { get; }

    /// <summary>What is wrong with a script's spelling, without running it; null when nothing is.</summary>
    ScriptProblem? Check(string script);

    /// <summary>Evaluates a script. Throws what becomes an incident; must end by itself within its limits.</summary>
    object? Evaluate(string script, IExpressionContext context);
}

/// <summary>Why a script cannot be read.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Problem">What is wrong there.</param>
/// <param name="Cure">The spelling that works, where one is known.</param>
public sealed record ScriptProblem(int Line, int Column, string Problem, string? Cure)
{
    /// <summary>Problem and cure in one sentence.</summary>
    public override string ToString() => Cure is null ? Problem : $"{Problem}; {Cure}";
}

/// <summary>The script languages the host offers.</summary>
public sealed class ExpressionLanguages(params IReadOnlyList<IExpressionLanguage> languages)
{
    /// <summary>None but Elsa's plain ones: Literal, Object, Variable, Input.</summary>
    public static readonly ExpressionLanguages None = new();

    /// <summary>The language of that name, or null.</summary>
    public IExpressionLanguage? Find(string type) => languages.FirstOrDefault(language => language.Type == type);

    /// <summary>Whether an expression of that type can be evaluated.</summary>
    public bool Knows(string type) => type is "Literal" or "Object" or "Json" or "Variable" or "Input" || Find(type) is not null;
}
