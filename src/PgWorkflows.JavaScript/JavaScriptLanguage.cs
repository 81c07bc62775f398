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
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private const int MaxStatements = 500_000;
    private const int MaxRecursion = 200;
    private const int MaxLength = 100_000;

    /// <inheritdoc/>
    public string Type => "JavaScript";

    /// <inheritdoc/>
    public object? Evaluate(string script, IExpressionContext context)
    {
        if (script.Length > MaxLength)
            throw new ScriptException($"the script has {script.Length:N0} characters; the limit is {MaxLength:N0}", 0, 0);
        try
        {
            var engine = new Jint.Engine(options => options
                .LimitRecursion(MaxRecursion)
                .MaxStatements(MaxStatements)
                .TimeoutInterval(Limit)
                .Strict(false));
            ScriptFunctions.AddTo(engine, context);

            // Elsa lets a script return at its top level; elsewhere the last expression's value counts.
            return FromScript(engine, HasTopLevelReturn(script) ? engine.Execute($"(function () {{ {script}\n}})()").GetCompletionValue()
                : engine.Execute(script).GetCompletionValue());
        }
        catch (ParserException e)
        {
            throw new ScriptException(e.Description ?? e.Message, e.LineNumber, e.Column);
        }
        catch (JavaScriptException e)
        {
            throw new ScriptException(e.Error.ToString(), e.LineNumber, e.Column);
        }
        catch (StatementsCountOverflowException)
        {
            throw new ScriptException($"the script took more than {MaxStatements:N0} statements", 0, 0);
        }
        catch (RecursionDepthOverflowException)
        {
            throw new ScriptException($"the script called itself more than {MaxRecursion} deep", 0, 0);
        }
        catch (TimeoutException)
        {
            throw new ScriptException($"the script took longer than {Limit.TotalSeconds:0} s", 0, 0);
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
        return text.IsString() ? Parse(text.AsString()) : null;
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

    private static bool HasTopLevelReturn(string script)
    {
        if (!script.Contains("return", StringComparison.Ordinal))
            return false;
        try
        {
            new JavaScriptParser().Parse(script);
            return false;
        }
        catch (ParserException)
        {
            return true; // Parsed as a function body next; what is wrong otherwise is told then.
        }
    }
}

/// <summary>A script failed; the message names line and column where they are known.</summary>
public sealed class ScriptException(string problem, int line, int column)
    : Exception(line > 0 ? $"JavaScript, line {line}, column {column + 1}: {problem}" : $"JavaScript: {problem}");
