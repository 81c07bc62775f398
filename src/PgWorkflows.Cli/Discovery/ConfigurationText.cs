using System.Text;
using System.Text.Json;

namespace PgWorkflows.Cli.Discovery;

/// <summary>Puts an entry into the text of a configuration and leaves every other character of it as it is, comments included.</summary>
internal static class ConfigurationText
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Allow, AllowTrailingCommas = true };

    /// <summary>The text with the entry as the last of <c>PgWorkflows:Resources</c>.</summary>
    /// <param name="text">The file's text; empty for a new file.</param>
    /// <param name="entry">A JSON object, indented by two.</param>
    public static string Add(string text, string entry)
    {
        if (string.IsNullOrWhiteSpace(text))
            text = "{\n}\n";
        var lineEnd = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var bytes = Encoding.UTF8.GetBytes(text);
        var place = Find(bytes);
        var indent = Indent(bytes, place.OpenAt);
        var (before, after) = place.Missing switch
        {
            0 => ("", ""),
            1 => ("\"Resources\": [", "]"),
            _ => ("\"PgWorkflows\": {", "}"),
        };
        var addition = new StringBuilder();
        if (place.NeedsComma)
            addition.Append(',');
        var inner = indent + "  ";
        if (place.Missing == 0)
        {
            Lines(entry, inner);
        }
        else
        {
            addition.Append(lineEnd).Append(inner).Append(before);
            if (place.Missing == 2)
            {
                addition.Append(lineEnd).Append(inner).Append("  \"Resources\": [");
                Lines(entry, inner + "    ");
                addition.Append(lineEnd).Append(inner).Append("  ]");
            }
            else
            {
                Lines(entry, inner + "  ");
            }

            addition.Append(lineEnd).Append(inner).Append(after);
        }

        var rest = Encoding.UTF8.GetString(bytes.AsSpan(place.InsertAt));
        if (rest.TrimStart(' ', '\t') is not ['\r' or '\n', ..])
            addition.Append(lineEnd).Append(indent); // The closing bracket stood on the same line.
        return Encoding.UTF8.GetString(bytes.AsSpan(0, place.InsertAt)) + addition + rest;

        void Lines(string lines, string by)
        {
            foreach (var line in lines.ReplaceLineEndings("\n").Split('\n'))
                addition.Append(lineEnd).Append(by).Append(line);
        }
    }

    /// <summary>Where to insert: behind the last member of the innermost of the three containers that is there.</summary>
    private static Place Find(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes.AsSpan() is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes, Options);
        var offset = bytes.AsSpan() is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        string[] path = ["PgWorkflows", "Resources"];
        var stack = new Stack<Container>();
        Container? best = null;
        string? name = null;
        while (reader.Read())
        {
            var end = offset + (int)reader.BytesConsumed;
            switch (reader.TokenType)
            {
                case JsonTokenType.Comment:
                    continue;
                case JsonTokenType.PropertyName:
                    name = reader.GetString();
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    var depth = stack.Count == 0 ? 0
                        : stack.Peek().Depth is >= 0 and < 2 and var above && path[above].Equals(name, StringComparison.OrdinalIgnoreCase) && reader.TokenType == (above == 0 ? JsonTokenType.StartObject : JsonTokenType.StartArray)
                            ? above + 1 : -1;
                    stack.Push(new(depth, offset + (int)reader.TokenStartIndex, end));
                    name = null;
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var closed = stack.Pop();
                    if (closed.Depth > (best?.Depth ?? -1))
                        best = closed;
                    break;
            }

            if (stack.TryPeek(out var around))
            {
                stack.Pop();
                stack.Push(around with { LastEnd = end, IsEmpty = false });
            }
        }

        var found = best!; // A JSON text that was read has a root.
        var at = found.LastEnd;
        var comma = found.IsEmpty ? -1 : TrailingComma(bytes, at);
        return new(2 - found.Depth, comma < 0 ? at : comma + 1, !found.IsEmpty && comma < 0, found.OpenAt);
    }

    /// <summary>The comma behind the last member, if one stands there, comments between skipped; else -1.</summary>
    private static int TrailingComma(byte[] bytes, int at)
    {
        while (at < bytes.Length)
        {
            if (bytes[at] == ',')
                return at;
            if (bytes[at] == '/' && at + 1 < bytes.Length)
            {
                var close = bytes[at + 1] == '/' ? "\n"u8 : "*/"u8;
                at += 2 + bytes.AsSpan(at + 2).IndexOf(close) + close.Length;
            }
            else if (bytes[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                at++;
            }
            else
            {
                return -1;
            }
        }

        return -1;
    }

    /// <summary>The blanks at the beginning of the line that a container is opened in.</summary>
    private static string Indent(byte[] bytes, int at)
    {
        var line = bytes.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;
        return new string([.. Encoding.UTF8.GetString(bytes.AsSpan(line, at - line)).TakeWhile(c => c is ' ' or '\t')]);
    }

    /// <param name="Depth">0 the root, 1 PgWorkflows, 2 its Resources, -1 anything else.</param>
    /// <param name="OpenAt">Where its bracket is.</param>
    /// <param name="LastEnd">Behind its last member, or behind the bracket.</param>
    private sealed record Container(int Depth, int OpenAt, int LastEnd)
    {
        public bool IsEmpty { get; init; } = true;
    }

    private sealed record Place(int Missing, int InsertAt, bool NeedsComma, int OpenAt);
}
