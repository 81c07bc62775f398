using Acornima;
using Acornima.Ast;
using Jint;
using PgWorkflows.Engine.Expressions;

namespace PgWorkflows.JavaScript;

/// <summary>Looks at a script without running it: its syntax, and what the sandbox does not run.</summary>
internal static class ScriptSyntax
{
    private static readonly ScriptPreparationOptions Options = new()
    {
        ParsingOptions = ScriptParsingOptions.Default with { RegexTimeout = Sandbox.PatternLimit },
    };

    /// <summary>The script, ready to run, or what is wrong with it. A <c>return</c> may stand at its top level, as in Elsa.</summary>
    public static (Prepared<Script> Script, ScriptProblem? Problem) Prepare(string script)
    {
        if (script.Length > JavaScriptLanguage.MaxLength)
            return (default, new(1, 1, $"the script has {script.Length:N0} characters; the limit is {JavaScriptLanguage.MaxLength:N0}", "move data into variables"));
        try
        {
            var prepared = Jint.Engine.PrepareScript(script, options: Options);
            return (prepared, NotRun(prepared.Program!));
        }
        catch (ScriptPreparationException e)
        {
            return (default, e.InnerException is ParseErrorException inner
                ? new(inner.LineNumber, inner.Column + 1, inner.Description ?? inner.Message, null)
                : new(1, 1, "the script is nested too deep", "use variables for its parts"));
        }
    }

    /// <summary>One operation on a BigInt can take any time and any memory.</summary>
    private static ScriptProblem? NotRun(Script program) =>
        program.DescendantNodesAndSelf().FirstOrDefault(node => node is BigIntLiteral) is { } literal
            ? new(literal.Location.Start.Line, literal.Location.Start.Column + 1, "BigInt is not known here", "write the number without n")
            : null;
}
