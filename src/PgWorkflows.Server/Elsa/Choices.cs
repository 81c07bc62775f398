namespace PgWorkflows.Server.Elsa;

/// <summary>Words of requests that stand for members of an enumeration.</summary>
internal static class Choices
{
    public static T Parse<T>(string? text, string field)
        where T : struct, Enum =>
        text is { Length: > 0 } && char.IsAsciiLetter(text[0]) && !text.Contains(',', StringComparison.Ordinal) && Enum.TryParse<T>(text, ignoreCase: true, out var value)
            ? value : throw new Refusal(field, $"One of {string.Join(", ", Enum.GetNames<T>())} is expected here.");
}

/// <summary>Elsa's words for the direction of a list.</summary>
internal enum OrderDirection
{
    Ascending,
    Descending,
}
