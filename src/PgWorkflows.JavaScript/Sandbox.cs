using System.Text.RegularExpressions;
using Jint;
using Jint.Native;
using Jint.Native.Array;
using Jint.Native.Object;
using Jint.Native.RegExp;
using Jint.Runtime;
using Jint.Runtime.Debugger;
using Jint.Runtime.Interop;

namespace PgWorkflows.JavaScript;

/// <summary>
/// A script engine for one script, with limits. Jint 2 counts statements and looks at the clock between two of them; what it does not limit is
/// memory, and what a single native call can do: both are guarded here.
/// </summary>
internal sealed class Sandbox
{
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);
    public const int MaxStatements = 200_000;
    public const int MaxRecursion = 200;
    public const int MaxArray = 100_000;
    public const long MaxMemory = 64 * 1024 * 1024;

    // One statement of a usual script allocates less than this.
    private const long LargeStatement = 64 * 1024;
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    private static readonly string[] Looping =
    [
        "concat", "every", "filter", "forEach", "indexOf", "join", "lastIndexOf", "map", "reduce", "reduceRight", "reverse", "shift", "slice", "some", "sort",
        "splice", "toString", "toLocaleString", "unshift",
    ];

    private readonly long _heapBefore = GC.GetTotalMemory(forceFullCollection: false);
    private long _allocated = GC.GetAllocatedBytesForCurrentThread();
    private long _large;
    private int _steps;

    public Sandbox()
    {
        Engine = new Jint.Engine(options => options
            .LimitRecursion(MaxRecursion)
            .MaxStatements(MaxStatements)
            .TimeoutInterval(TimeLimit)
            .DebugMode()
            .Strict(false));
        Engine.Step += (_, _) =>
        {
            CheckMemory();
            return StepMode.Into;
        };
        GuardArrays();
        GuardPatterns();
    }

    public Jint.Engine Engine { get; }

    public JsValue Run(string script)
    {
        try
        {
            return Engine.Execute(script).GetCompletionValue();
        }
        catch (StatementsCountOverflowException)
        {
            throw new ScriptException($"the script took more than {MaxStatements:N0} statements");
        }
        catch (RecursionDepthOverflowException)
        {
            throw new ScriptException($"the script called itself more than {MaxRecursion} deep");
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ScriptException($"a regular expression took longer than {PatternLimit.TotalSeconds:0} s");
        }
        catch (TimeoutException)
        {
            throw new ScriptException($"the script took longer than {TimeLimit.TotalSeconds:0} s");
        }
        catch (OutOfMemoryException)
        {
            throw TooMuchMemory();
        }
    }

    private void CheckMemory()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated - _allocated is > LargeStatement and var large)
            _large += large;
        _allocated = allocated;
        if (_large > MaxMemory)
            throw TooMuchMemory();

        // Many small values: what the heap has grown by is looked at now and then, and only then counted exactly.
        if (++_steps % 1024 == 0 && GC.GetTotalMemory(forceFullCollection: false) - _heapBefore > 4 * MaxMemory
            && GC.GetTotalMemory(forceFullCollection: true) - _heapBefore > 4 * MaxMemory)
        {
            throw TooMuchMemory();
        }
    }

    private static ScriptException TooMuchMemory() => new($"the script used more than {MaxMemory / 1024 / 1024} MB of memory");

    /// <summary>Native loops over the length of an array, and apply with an array of arguments, do not look at the clock.</summary>
    private void GuardArrays()
    {
        foreach (var name in Looping)
            Guard(Engine.Array.PrototypeObject, name, (self, _) => CheckLength(self));
        Guard(Engine.Function.PrototypeObject, "apply", (_, arguments) => CheckLength(arguments.Length > 1 ? arguments[1] : JsValue.Undefined));
        Guard((ObjectInstance)Engine.Json, "stringify", (_, arguments) => CheckLength(arguments.Length > 0 ? arguments[0] : JsValue.Undefined));
    }

    private static void CheckLength(JsValue value)
    {
        if (value.IsObject() && value.AsObject() is var candidate && (candidate is ArrayInstance || candidate.HasProperty("length"))
            && TypeConverter.ToNumber(candidate.Get("length")) > MaxArray)
        {
            throw new ScriptException($"an array has more than {MaxArray:N0} places");
        }
    }

    /// <summary>Regular expressions get a limit before they are used.</summary>
    private void GuardPatterns()
    {
        foreach (var name in new[] { "exec", "test" })
            Guard(Engine.RegExp.PrototypeObject, name, (self, _) => Limit(self));
        foreach (var name in new[] { "match", "replace", "search", "split" })
        {
            Guard(Engine.String.PrototypeObject, name, (_, arguments) =>
            {
                // A text becomes a pattern in match and search only; then it is made one here, with its limit.
                if (name is "match" or "search" && arguments.Length > 0 && arguments[0].IsString())
                    arguments[0] = Engine.RegExp.Construct([arguments[0]]);
                if (arguments.Length > 0)
                    Limit(arguments[0]);
            });
        }
    }

    private static void Limit(JsValue value)
    {
        if (value.IsObject() && value.AsObject() is RegExpInstance { Value: { } pattern } expression && pattern.MatchTimeout != PatternLimit)
            expression.Value = new Regex(pattern.ToString(), pattern.Options, PatternLimit);
    }

    private void Guard(ObjectInstance prototype, string name, Action<JsValue, JsValue[]> check)
    {
        var native = (ICallable)prototype.Get(name).AsObject();
        prototype.FastAddProperty(name, new ClrFunctionInstance(Engine, (self, arguments) =>
        {
            check(self, arguments);
            return native.Call(self, arguments);
        }), true, false, true);
    }
}
