using System.Text.Json;
using Jint;
using Jint.Native;
using Jint.Parser;
using Jint.Runtime;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.JavaScript;

/// <summary>
/// JavaScript (ECMAScript 5.1) as Elsa names things (elsa-contract 1.14). A script sees the functions given here and nothing of the host;
/// it is cut off by time, by statements and by recursion.
/// </summary>
public sealed class JavaScriptLanguage : IExpressionLanguage
{
    /// <summary>The longest script, in characters.</summary>
    public const int MaxLength = 100_000;

    /// <summary>The largest value that a script may hand over, in characters of text or JSON.</summary>
    public const int MaxResult = 4_000_000;

    /// <inheritdoc/>
    public string Type => "JavaScript";

    /// <inheritdoc/>
    public ScriptProblem? Check(string script) => ScriptSyntax.Check(script);

    /// <inheritdoc/>
    public object? Evaluate(string script, IExpressionContext context)
    {
        if (script.Length > MaxLength)
            throw new ScriptException($"the script has {script.Length:N0} characters; the limit is {MaxLength:N0}");
        var sandbox = new Sandbox();
        try
        {
            ScriptFunctions.AddTo(sandbox.Engine, context);
            var value = FromScript(sandbox.Engine, sandbox.Run(ScriptSyntax.Runnable(script)));
            return (value as string)?.Length is not > MaxResult ? value
                : throw new ScriptException($"the result has more than {MaxResult:N0} characters");
        }
        catch (ParserException e)
        {
            throw new ScriptException(ScriptSyntax.Problem(script, e).ToString(), e.LineNumber, e.Column);
        }
        catch (JavaScriptException e)
        {
            throw new ScriptException(e.Error.ToString(), e.LineNumber, e.Column);
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
        var text = new Jint.Native.Json.JsonSerializer(engine).Serialize(value, JsValue.Undefined, JsValue.Undefined);
        if (!text.IsString())
            return null;
        var json = text.AsString();
        return json.Length <= MaxResult ? Parse(json) : throw new ScriptException($"the result has more than {MaxResult:N0} characters as JSON");
    }

    internal static JsValue ToScript(Jint.Engine engine, object? value) => value switch
    {
        null => JsValue.Null,
        bool flag => flag ? JsValue.True : JsValue.False,
        string text => new JsValue(text),
        long number => new JsValue((double)number),
        double number => new JsValue(number),
        decimal number => new JsValue((double)number),
        DateTimeOffset date => engine.Date.Construct(date.UtcDateTime),
        JsonElement element => new Jint.Native.Json.JsonParser(engine).Parse(element.GetRawText()),
        _ => new JsValue(ValueConverter.ToText(value)),
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
