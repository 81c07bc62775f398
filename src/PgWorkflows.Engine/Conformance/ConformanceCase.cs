using System.Text.Json;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Engine.Conformance;

/// <summary>One conformance case: definitions, what was done with them, and what an engine is expected to have stored after each step.</summary>
public sealed record ConformanceCase
{
    /// <summary>The case's name.</summary>
    public required string Name { get; init; }

    /// <summary>What is surprising about the recorded outcome, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The recorded outcome was a race; it is not to be compared.</summary>
    public bool IsTimingDependent { get; init; }

    /// <summary>The case as it was read.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>The definition a run step means that names none.</summary>
    public string? Run => Json.Member("run")?.GetString();

    /// <summary>The definitions in the order they are published.</summary>
    public IEnumerable<JsonElement> Definitions => Json.GetProperty("definitions").EnumerateArray();

    /// <summary>What is done, in order.</summary>
    public IEnumerable<JsonElement> Steps => Json.GetProperty("steps").EnumerateArray();

    /// <summary>Reads a case.</summary>
    /// <exception cref="FormatException">It is not a case; the message says what is missing.</exception>
    public static ConformanceCase Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = DefinitionReader.MaxDepth });
            var json = document.RootElement.Clone();
            foreach (var member in new[] { "definitions", "steps" })
            {
                if (json.Member(member) is not { ValueKind: JsonValueKind.Array })
                    throw new FormatException($"A conformance case needs '{member}', an array.");
            }

            return new()
            {
                Name = json.Member("name")?.ToString() ?? throw new FormatException("A conformance case needs a 'name'."),
                Note = json.Member("note")?.ToString(),
                IsTimingDependent = json.Member("timingDependent") is { ValueKind: JsonValueKind.True },
                Json = json,
            };
        }
        catch (JsonException e)
        {
            throw new FormatException($"This is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).", e);
        }
    }
}
