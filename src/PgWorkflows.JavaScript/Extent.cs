using Jint.Native;
using Jint.Native.Function;
using Jint.Native.Object;

namespace PgWorkflows.JavaScript;

/// <summary>
/// Measures a value before native code walks it by recursion, where no limit is looked at: a list of ten thousand links would overflow the stack, and that
/// ends the process.
/// </summary>
internal sealed class Extent
{
    /// <summary>As deep as JSON may be nested that we read.</summary>
    public const int MaxDepth = 60;

    private readonly Jint.Engine _engine;
    private long _values;
    private long _characters;

    private Extent(Jint.Engine engine) => _engine = engine;

    /// <exception cref="ScriptException">The value is nested too deep or too large.</exception>
    public static void Check(Jint.Engine engine, JsValue value) => new Extent(engine).Measure(value, 0);

    private void Measure(JsValue value, int depth)
    {
        if (++_values % 1024 == 0)
            _engine.Constraints.Check();
        if (value is JsString text)
            _characters += text.Length;
        if (_characters + (2 * _values) > Sandbox.MaxText)
            throw new ScriptException($"a value has more than {Sandbox.MaxText:N0} characters");
        if (value is not ObjectInstance instance || value is Function)
            return;
        if (depth == MaxDepth)
            throw new ScriptException($"a value is nested more than {MaxDepth} deep, or holds itself");
        if (instance is JsArray array)
        {
            for (var i = 0u; i < array.Length; i++)
                Measure(array[i], depth + 1);
            return;
        }

        foreach (var (_, property) in instance.GetOwnProperties())
        {
            if (property is { Enumerable: true, Get: null, Set: null })
                Measure(property.Value, depth + 1);
        }
    }
}
