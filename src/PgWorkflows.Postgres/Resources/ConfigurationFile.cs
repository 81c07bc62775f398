using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace PgWorkflows.Postgres.Resources;

/// <summary>A configuration file as read: its values, or what is wrong with it.</summary>
public abstract record ConfigurationFile
{
    private const int MaximumLength = 1024 * 1024;

    private ConfigurationFile()
    {
    }

    /// <summary>Well-formed; whether its values make sense is the next question.</summary>
    public sealed record Loaded(IConfigurationRoot Configuration) : ConfigurationFile;

    /// <summary>Cannot be used at all.</summary>
    public sealed record Unusable(IReadOnlyList<ConfigurationProblem> Problems) : ConfigurationFile;

    /// <summary>Reads a JSON file, comments allowed. An operator's mistake is a problem, never an exception.</summary>
    public static ConfigurationFile Read(string path)
    {
        byte[] bytes;
        try
        {
            if (Directory.Exists(path))
                return Fault(path, "is a directory", "name a file");
            using var file = File.OpenRead(path);
            if (file.Length > MaximumLength)
                return Fault(path, $"is {file.Length} bytes long", $"a configuration has at most {MaximumLength} bytes");
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fault(path, "does not exist", "create it, or name another file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Fault(path, $"cannot be read: {e.Message}", "check the path and its permissions");
        }

        return Parse(path, bytes);
    }

    private static ConfigurationFile Parse(string path, byte[] bytes)
    {
        var json = bytes.AsSpan() is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsMemory(3) : bytes;
        try
        {
            var duplicates = JsonKeys.Duplicates(json.Span);
            if (duplicates.Count > 0)
                return new Unusable([.. duplicates.Select(key => new ConfigurationProblem(path, key, "is there twice", "keep one of them"))]);
        }
        catch (JsonException e)
        {
            // System.Text.Json counts from zero, editors from one.
            var place = $"line {e.LineNumber + 1}, position {e.BytePositionInLine + 1}";
            return Fault(path, $"is not valid JSON at {place}: {e.Message.Split(" LineNumber:")[0].TrimEnd('.')}", "correct it there");
        }

        using var stream = new MemoryStream(json.ToArray());
        try
        {
            return new Loaded(new ConfigurationBuilder().AddJsonStream(stream).Build());
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            return Fault(path, e.Message.TrimEnd('.'), "the file is one JSON object");
        }
    }

    private static Unusable Fault(string path, string problem, string cure) => new([new(path, "", problem, cure)]);
}

/// <summary>Finds keys that a JSON document has twice, upper and lower case alike, as configuration treats them.</summary>
internal static class JsonKeys
{
    public static IReadOnlyList<string> Duplicates(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var duplicates = new List<string>();
        var levels = new Stack<Level>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    levels.Push(new(NextPath(levels), reader.TokenType == JsonTokenType.StartArray));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    levels.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    var level = levels.Peek();
                    level.Name = reader.GetString()!; // a property name is a string
                    if (!level.Names.Add(level.Name))
                        duplicates.Add(NextPath(levels));
                    break;
                default:
                    if (levels.TryPeek(out var around))
                        around.Index++;
                    break;
            }
        }

        return duplicates;
    }

    private static string NextPath(Stack<Level> levels)
    {
        if (!levels.TryPeek(out var level))
            return "";
        var name = level.IsArray ? level.Index++.ToString(System.Globalization.CultureInfo.InvariantCulture) : level.Name;
        return level.Path.Length == 0 ? name : $"{level.Path}:{name}";
    }

    private sealed class Level(string path, bool isArray)
    {
        public string Path { get; } = path;

        public bool IsArray { get; } = isArray;

        public HashSet<string> Names { get; } = new(StringComparer.OrdinalIgnoreCase);

        public string Name { get; set; } = "";

        public int Index { get; set; }
    }
}
