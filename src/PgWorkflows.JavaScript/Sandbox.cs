using System.Text.RegularExpressions;
using Acornima.Ast;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace PgWorkflows.JavaScript;

/// <summary>
/// A script engine for one script, with limits on statements, depth, time and memory. Jint looks at them between statements and inside its native
/// loops; what one native call can allocate or compute all at once is taken away or guarded here.
/// </summary>
internal sealed class Sandbox
{
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);
    public const int MaxStatements = 200_000;
    public const int MaxRecursion = 200;
    public const int MaxArray = 100_000;
    public const int MaxText = 4_000_000;
    public const long MaxMemory = 128 * 1024 * 1024;

    /// <summary>What is still open when a script has ended stays so: there is nothing that it could wait for.</summary>
    private static readonly TimeSpan PromiseLimit = TimeSpan.FromMilliseconds(10);

    /// <summary>Buffers of any size, threads, and what looks at the collector: nothing that an expression needs.</summary>
    private static readonly string[] Removed =
    [
        "ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array",
        "Uint32Array", "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "BigInt", "WeakRef", "FinalizationRegistry", "ShadowRealm",
        "Proxy", // Its prototype can be itself, and then one look at a property never ends.
    ];

    public Sandbox()
    {
        Engine = new Jint.Engine(options =>
        {
            options.Constraints.StackOverflowGuard = true; // The limit of recursion counts calls, not accessors and proxies.
            options.LimitRecursion(MaxRecursion)
                .MaxStatements(MaxStatements)
                .TimeoutInterval(TimeLimit)
                .LimitMemory(MaxMemory)
                .MaxArraySize(MaxArray)
                .RegexTimeoutInterval(PatternLimit)
                .DisableStringCompilation(); // What is checked before publishing is all there is.
        });
        foreach (var name in Removed)
            Engine.Global.Delete(name);
        GuardTexts();
        GuardDepth();
    }

    public Jint.Engine Engine { get; }

    public JsValue Run(in Prepared<Script> script)
    {
        try
        {
            return Engine.Evaluate(script).UnwrapIfPromise(PromiseLimit);
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
        catch (PromiseRejectedException e) when (e.RejectedValue.ToString().StartsWith("Timeout of", StringComparison.Ordinal))
        {
            throw new ScriptException("the result is a promise that nothing fulfils; a script does not wait, an activity does");
        }
        catch (Exception e) when (e is OutOfMemoryException or MemoryLimitExceededException)
        {
            throw new ScriptException($"the script used more than {MaxMemory / 1024 / 1024} MB of memory");
        }
    }

    /// <summary>One call of these would make a text of any length.</summary>
    private void GuardTexts()
    {
        GuardLength("repeat", (self, count) => count * self.Length);
        GuardLength("padStart", (_, length) => length);
        GuardLength("padEnd", (_, length) => length);
    }

    private void GuardLength(string name, Func<string, double, double> lengthOf) => Guard(PrototypeOf("String"), name, (self, arguments, native) =>
    {
        // Converted once: what is an object could say something else the second time.
        var text = TypeConverter.ToString(self);
        var number = arguments.Length > 0 ? TypeConverter.ToNumber(arguments[0]) : 0;
        return lengthOf(text, number) > MaxText
            ? throw new ScriptException($"a text would have more than {MaxText:N0} characters")
            : Engine.Call(native, new JsString(text), [new JsNumber(number), .. arguments.Skip(1)]);
    });

    private void GuardDepth()
    {
        foreach (var name in new[] { "flat", "join", "toString", "toLocaleString" })
        {
            Guard(PrototypeOf("Array"), name, (self, arguments, native) =>
            {
                Extent.Check(Engine, self);
                return Engine.Call(native, self, arguments);
            });
        }

        Guard(Engine.Global.Get("JSON").AsObject(), "stringify", (self, arguments, native) =>
        {
            Extent.Check(Engine, arguments.Length > 0 ? arguments[0] : JsValue.Undefined);
            return Engine.Call(native, self, arguments);
        });
    }

    private ObjectInstance PrototypeOf(string type) => Engine.Global.Get(type).AsObject().Get("prototype").AsObject();

    private void Guard(ObjectInstance prototype, string name, Func<JsValue, JsValue[], JsValue, JsValue> instead)
    {
        var native = prototype.Get(name);
        prototype.FastSetDataProperty(name, new ClrFunction(Engine, name, (self, arguments) => instead(self, arguments, native)));
    }
}
