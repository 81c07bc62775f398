using System.Text.Json;
using Jint;
using Jint.Native;
using Jint.Runtime;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.JavaScript;

/// <summary>
/// JavaScript as Elsa runs it, with Jint, and as Elsa names things (elsa-contract 1.14). A script sees the functions given here and nothing of the host;
/// it is cut off by time, by statements and by recursion.
/// </summary>
public sealed class JavaScriptLanguage : IExpressionLanguage
{
    /// <summary>The longest script, in characters.</summary>
    public const int MaxLength = 100_000;

    /// <summary>The largest value that a script may hand over, in characters of text or JSON.</summary>
    public const int MaxResult = Sandbox.MaxText;

    /// <inheritdoc/>
    public string Type => "JavaScript";

    /// <inheritdoc/>
    public ScriptProblem? Check(string script) => ScriptSyntax.Prepare(script).Problem;

    /// <inheritdoc/>
    public object? Evaluate(string script, IExpressionContext context)
    {
        var (prepared, problem) = ScriptSyntax.Prepare(script);
        if (problem is not null)
            throw new ScriptException(problem.ToString(), problem.Line, problem.Column);
        var sandbox = new Sandbox();
        try
        {
            ScriptFunctions.AddTo(sandbox.Engine, context);
            var value = FromScript(sandbox.Engine, sandbox.Run(prepared));
            return (value as string)?.Length is not > MaxResult ? value
                : throw new ScriptException($"the result has more than {MaxResult:N0} characters");
        }
        catch (JavaScriptException e)
        {
            throw new ScriptException(e.Error.ToString(), e.Location.Start.Line, e.Location.Start.Column);
        }
        catch (PromiseRejectedException e)
        {
            throw new ScriptException(e.RejectedValue.ToString());
        }
    }

    internal static object? FromScript(Jint.Engine engine, JsValue value)
    {
        if (value.IsUndefined() || value.IsNull())
            return null;
        if (value.IsBoolean())
            return value.AsBoolean();
        if (value.IsString())
            return value.AsString();
        if (value.IsNumber())
        {
            var number = value.AsNumber();
            return Math.Floor(number) == number && Math.Abs(number) < 9e15 ? (long)number : number;
        }

        if (value.IsDate())
            return new DateTimeOffset(DateTime.SpecifyKind(value.AsDate().ToDateTime(), DateTimeKind.Utc));
        Extent.Check(engine, value);
        var text = new Jint.Native.Json.JsonSerializer(engine).Serialize(value, JsValue.Undefined, JsValue.Undefined);
        if (!text.IsString())
            return null;
        var json = text.AsString();
        return json.Length <= MaxResult ? Parse(json) : throw new ScriptException($"the result has more than {MaxResult:N0} characters as JSON");
    }

    internal static JsValue ToScript(Jint.Engine engine, object? value) => value switch
    {
        null => JsValue.Null,
        bool flag => flag ? JsBoolean.True : JsBoolean.False,
        string text => new JsString(text),
        long number => new JsNumber((double)number),
        double number => new JsNumber(number),
        decimal number => new JsNumber((double)number),
        DateTimeOffset date => new JsDate(engine, date.UtcDateTime),
        JsonElement element => new Jint.Native.Json.JsonParser(engine).Parse(element.GetRawText()),
        _ => new JsString(ValueConverter.ToText(value)),
    };

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}

/// <summary>A script failed; the message names line and column where they are known.</summary>
public sealed class ScriptException(string problem, int line = 0, int column = 0)
    : Exception(line > 0 ? $"JavaScript, line {line}, column {column + 1}: {problem}" : $"JavaScript: {problem}");
