using System.Text.RegularExpressions;
using Jint.Parser;
using PgWorkflows.Engine.Expressions;

namespace PgWorkflows.JavaScript;

/// <summary>Looks at a script without running it: its syntax, and where it is newer than ECMAScript 5.1 the spelling that works here.</summary>
internal static partial class ScriptSyntax
{
    private static readonly (Regex Sign, string Problem, string Cure)[] Newer =
    [
        (Template(), "template strings are not known here", "write 'text ' + value"),
        (Arrow(), "arrow functions are not known here", "write function (x) { return x; }"),
        (ForOf(), "for … of is not known here", "write items.forEach(function (item) { … })"),
        (Class(), "classes are not known here", "write a function"),
        (Async(), "async functions are not known here; scripts do not wait", "let an activity do the waiting"),
        (Spread(), "spread and rest (...) are not known here", "write a.concat(b), or use arguments"),
        (Destructuring(), "destructuring is not known here", "write var x = value.x"),
        (Optional(), "?. and ?? are not known here", "write a && a.b, or a || b"),
        (Default(), "default parameters are not known here", "write if (x === undefined) x = 1 in the function"),
    ];

    public static ScriptProblem? Check(string script)
    {
        if (script.Length > JavaScriptLanguage.MaxLength)
            return new(1, 1, $"the script has {script.Length:N0} characters; the limit is {JavaScriptLanguage.MaxLength:N0}", "move data into variables");
        try
        {
            new JavaScriptParser().Parse(Runnable(script));
            return null;
        }
        catch (ParserException e)
        {
            return Problem(script, e);
        }
    }

    /// <summary>What a parser's complaint means, with the cure when newer syntax is the reason.</summary>
    public static ScriptProblem Problem(string script, ParserException e)
    {
        var code = WithoutTexts(script);
        var newer = Array.Find(Newer, candidate => candidate.Sign.IsMatch(code));
        return newer.Sign is null
            ? new(e.LineNumber, e.Column, e.Description ?? e.Message, null)
            : new(e.LineNumber, e.Column, newer.Problem, newer.Cure);
    }

    /// <summary>The script as the engine takes it: Elsa allows a return at the top level, which only a function has; its first line stays the first.</summary>
    public static string Runnable(string script)
    {
        if (!script.Contains("return", StringComparison.Ordinal))
            return script;
        try
        {
            new JavaScriptParser().Parse(script);
            return script;
        }
        catch (ParserException)
        {
            return $"(function () {{ {script}\n}})()"; // What is wrong otherwise is told when this is parsed.
        }
    }

    /// <summary>Texts and comments are blanked out, so that their contents are not taken for code; the quotes stay.</summary>
    private static string WithoutTexts(string script) => Texts().Replace(script, match => match.Value[0] == '/' ? " " : "''");

    [GeneratedRegex(@"'(?:[^'\\\n]|\\.)*'|""(?:[^""\\\n]|\\.)*""|//[^\n]*|/\*[\s\S]*?\*/", RegexOptions.None, 1000)]
    private static partial Regex Texts();

    [GeneratedRegex("`")]
    private static partial Regex Template();

    [GeneratedRegex("=>")]
    private static partial Regex Arrow();

    [GeneratedRegex(@"\bfor\s*\([^)]*\bof\b")]
    private static partial Regex ForOf();

    [GeneratedRegex(@"\bclass\s+\w")]
    private static partial Regex Class();

    [GeneratedRegex(@"\basync\b|\bawait\b")]
    private static partial Regex Async();

    [GeneratedRegex(@"\.\.\.")]
    private static partial Regex Spread();

    [GeneratedRegex(@"\b(?:var|let|const)\s*[{\[]")]
    private static partial Regex Destructuring();

    [GeneratedRegex(@"\?\.\D|\?\?")]
    private static partial Regex Optional();

    [GeneratedRegex(@"\bfunction\b[^(]*\([^)]*=")]
    private static partial Regex Default();
}
