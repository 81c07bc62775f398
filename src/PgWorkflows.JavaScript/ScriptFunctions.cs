using Jint;
using Jint.Native;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.JavaScript;

/// <summary>What a script may call: Elsa's names over the run that evaluates it (elsa-contract 1.14).</summary>
internal static class ScriptFunctions
{
    public static void AddTo(Jint.Engine engine, IExpressionContext context)
    {
        Add(engine, "getVariable", arguments => context.TryGetVariableByName(Text(arguments, 0), out var value) ? value : null);
        Do(engine, "setVariable", arguments => context.TrySetVariableByName(Text(arguments, 0), Value(engine, arguments, 1)));
        Add(engine, "getInput", arguments => context.GetInput(Text(arguments, 0)));
        Add(engine, "getOutputFrom", arguments => context.GetOutput(Text(arguments, 0), arguments.Length > 1 && arguments[1].IsString() ? arguments[1].AsString() : null));
        Add(engine, "getLastResult", _ => context.LastResult);

        var facts = context.Facts;
        Add(engine, "getWorkflowInstanceId", _ => facts.InstanceId);
        Add(engine, "getWorkflowDefinitionId", _ => facts.DefinitionId);
        Add(engine, "getWorkflowDefinitionVersionId", _ => facts.VersionId);
        Add(engine, "getWorkflowDefinitionVersion", _ => (long)facts.Version);
        Add(engine, "getCorrelationId", _ => context.Facts.CorrelationId);
        Do(engine, "setCorrelationId", arguments => context.SetCorrelationId(TextOrNull(arguments)));
        Add(engine, "getWorkflowInstanceName", _ => context.Facts.Name);
        Do(engine, "setWorkflowInstanceName", arguments => context.SetName(TextOrNull(arguments)));
        Do(engine, "setOutcome", arguments => context.SetOutcomes([Text(arguments, 0)]));
        Do(engine, "setOutcomes", arguments => context.SetOutcomes(
            (List<string>)ValueConverter.Convert(Value(engine, arguments, 0) ?? "[]", typeof(List<string>))!));

        Add(engine, "isNullOrWhiteSpace", arguments => string.IsNullOrWhiteSpace(TextOrNull(arguments)));
        Add(engine, "isNullOrEmpty", arguments => string.IsNullOrEmpty(TextOrNull(arguments)));
        Add(engine, "toJson", arguments => ValueConverter.ToElement(Value(engine, arguments, 0)).GetRawText());
        Add(engine, "newGuid", _ => Guid.NewGuid().ToString());
        Add(engine, "newGuidString", _ => Guid.NewGuid().ToString());
        Add(engine, "newShortGuid", _ => Convert.ToBase64String(Guid.NewGuid().ToByteArray())[..22].Replace('/', '_').Replace('+', '-'));
        Add(engine, "parseGuid", arguments => Guid.Parse(Text(arguments, 0)).ToString());
        Add(engine, "stringToBase64", arguments => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Text(arguments, 0))));
        Add(engine, "stringFromBase64", arguments => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(Text(arguments, 0))));

        AddNamed(engine, context);
    }

    /// <summary>variables.X, getX(), setX() for each variable; getX() for each input; getOutputFromActivity() for each named activity.</summary>
    private static void AddNamed(Jint.Engine engine, IExpressionContext context)
    {
        var variables = new JsObject(engine);
        foreach (var name in context.VariableNames.Distinct())
        {
            var variable = name;
            Add(engine, "get" + Pascal(variable), _ => context.TryGetVariableByName(variable, out var value) ? value : null);
            Do(engine, "set" + Pascal(variable), arguments => context.TrySetVariableByName(variable, Value(engine, arguments, 0)));
            variables.DefineOwnProperty(variable, new GetSetPropertyDescriptor(
                Function(engine, _ => context.TryGetVariableByName(variable, out var value) ? value : null),
                Function(engine, arguments =>
                {
                    context.TrySetVariableByName(variable, Value(engine, arguments, 0));
                    return null;
                }), true, true));
        }

        engine.SetValue("variables", variables);
        foreach (var name in context.InputNames.Distinct())
        {
            var input = name;
            Add(engine, "get" + Pascal(input), _ => context.GetInput(input));
        }

        foreach (var (activity, output) in context.Outputs)
            Add(engine, $"get{output}From{Pascal(activity)}", _ => context.GetOutput(activity, output));
    }

    private static void Add(Jint.Engine engine, string name, Func<JsValue[], object?> function) => engine.SetValue(name, Function(engine, function));

    private static void Do(Jint.Engine engine, string name, Action<JsValue[]> action) => Add(engine, name, arguments =>
    {
        action(arguments);
        return null;
    });

    private static ClrFunction Function(Jint.Engine engine, Func<JsValue[], object?> function) =>
        new(engine, "", (_, arguments) => JavaScriptLanguage.ToScript(engine, ValueConverter.Normalize(function(arguments))));

    private static object? Value(Jint.Engine engine, JsValue[] arguments, int index) =>
        index < arguments.Length ? JavaScriptLanguage.FromScript(engine, arguments[index]) : null;

    private static string Text(JsValue[] arguments, int index) => index < arguments.Length ? Jint.Runtime.TypeConverter.ToString(arguments[index]) : "";

    private static string? TextOrNull(JsValue[] arguments) => arguments is [{ } first, ..] && !first.IsNull() && !first.IsUndefined() ? Text(arguments, 0) : null;

    private static string Pascal(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];
}
