namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>
/// Takes apart the line that a server writes into postmaster.opts: the program, then each argument between quotes, with nothing
/// escaped. So an argument ends at a quote that is followed by a blank and another quote, or by the end. Blanks, quotes and
/// backslashes inside are data; only an argument with a quote and a blank and a quote in it cannot be told from two.
/// </summary>
internal static class PostmasterCommandLine
{
    private static readonly string[] Programs = ["postgres", "postgres.exe", "postmaster", "postmaster.exe"];

    /// <summary>The arguments without the program, or null when the line cannot be read.</summary>
    public static IReadOnlyList<string>? Arguments(string line)
    {
        foreach (var quote in (ReadOnlySpan<char>)['"', '\''])
        {
            if (ProgramEnd(line, $" {quote}") is { } begin)
                return line[^1] == quote ? Quoted(line[(begin + 1)..], quote) : null;
        }

        return ProgramEnd(line, " -") is { } plain ? line[(plain + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) : null;
    }

    /// <summary>Where the program's path ends: it may hold blanks and even quotes, but its name is known.</summary>
    private static int? ProgramEnd(string line, string next)
    {
        for (var at = line.IndexOf(next, StringComparison.Ordinal); at > 0; at = line.IndexOf(next, at + 1, StringComparison.Ordinal))
        {
            var program = line[..at];
            if (Programs.Any(name => program.EndsWith(name, StringComparison.OrdinalIgnoreCase)))
                return at;
        }

        return null;
    }

    private static string[]? Quoted(string text, char quote) =>
        text.Length < 2 ? null : text[1..^1].Split($"{quote} {quote}");
}
