using System.Text;

namespace PgWorkflows.Postgres.Commands;

/// <summary>Turns what a program wrote into the one line that events and history show (actions.md, decision 4).</summary>
internal static class OutputText
{
    /// <summary>The most characters that an event shows of an output, the ellipsis included.</summary>
    public const int Cap = 2000;

    /// <summary>Standard output, then standard error: lines joined by <c> | </c>, without control characters, cut.</summary>
    public static string OneLine(params ReadOnlySpan<string> texts)
    {
        var line = new StringBuilder();
        foreach (var text in texts)
        {
            foreach (var part in text.AsSpan().EnumerateLines())
            {
                var words = Printable(part.Trim().ToString());
                if (words.Length == 0)
                    continue;
                if (line.Length > 0)
                    line.Append(" | ");
                line.Append(words);
                if (line.Length > Cap)
                    return Cut(line.ToString());
            }
        }

        return line.ToString();
    }

    /// <summary>The text without control characters; a line break or tab becomes a blank.</summary>
    public static string Printable(string text) => !text.Any(char.IsControl)
        ? text
        : string.Concat(text.Select(c => c is '\t' or '\n' or '\r' ? " " : char.IsControl(c) ? "" : c.ToString())).Trim();

    /// <summary>At most <see cref="Cap"/> characters, never half a surrogate pair.</summary>
    public static string Cut(string text)
    {
        if (text.Length <= Cap)
            return text;
        var end = char.IsHighSurrogate(text[Cap - 2]) ? Cap - 2 : Cap - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
