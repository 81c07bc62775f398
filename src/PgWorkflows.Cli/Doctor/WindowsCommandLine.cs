using System.Text;

namespace PgWorkflows.Cli.Doctor;

/// <summary>A Windows command line taken apart as CommandLineToArgvW does it.</summary>
internal static class WindowsCommandLine
{
    /// <summary>The program and its arguments, without quotes.</summary>
    public static IReadOnlyList<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quoted, begun) = (false, false);
        for (var i = 0; i < line.Length; i++)
        {
            var backslashes = Backslashes(line, i);
            if (backslashes > 0)
            {
                // Before a quote each two of them are one, and an odd one makes the quote a letter; elsewhere they are letters. The program's path has none that escape.
                var beforeQuote = words.Count > 0 && i + backslashes < line.Length && line[i + backslashes] == '"';
                word.Append('\\', beforeQuote ? backslashes / 2 : backslashes);
                i += backslashes - 1;
                begun = true;
                if (beforeQuote && backslashes % 2 == 1)
                {
                    word.Append('"');
                    i++;
                }
            }
            else if (line[i] == '"')
            {
                (quoted, begun) = (!quoted, true);
            }
            else if (line[i] is ' ' or '\t' && !quoted)
            {
                if (begun)
                    words.Add(word.ToString());
                word.Clear();
                begun = false;
            }
            else
            {
                word.Append(line[i]);
                begun = true;
            }
        }

        if (begun)
            words.Add(word.ToString());
        return words;
    }

    private static int Backslashes(string line, int from)
    {
        var count = 0;
        while (from + count < line.Length && line[from + count] == '\\')
            count++;
        return count;
    }
}
