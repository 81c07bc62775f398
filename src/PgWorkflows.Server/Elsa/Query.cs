using System.Globalization;
using PgWorkflows.Persistence.Definitions;

namespace PgWorkflows.Server.Elsa;

/// <summary>The query string of a request, read the way Studio writes it: any case, True and False, empty means absent (elsa-contract 3.1).</summary>
internal sealed class Query(HttpContext context)
{
    private const int MaxItems = 1000;

    public string? Text(string name, int max = 1000)
    {
        var text = context.Request.Query[name].FirstOrDefault();
        if (text?.Length > max)
            throw new Refusal(name, $"The text has {text.Length:N0} characters; the limit is {max:N0}.");
        return string.IsNullOrEmpty(text) ? null : text;
    }

    public IReadOnlyList<string> Texts(string name)
    {
        var texts = context.Request.Query[name].Where(text => !string.IsNullOrEmpty(text)).Select(text => text!).ToList();
        if (texts.Count > MaxItems || texts.Exists(text => text.Length > 1000))
            throw new Refusal(name, $"At most {MaxItems:N0} short texts are expected here.");
        return texts;
    }

    public int? Number(string name, int max = 1_000_000) => Text(name) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max => number,
        _ => throw new Refusal(name, $"A whole number from 0 to {max:N0} is expected here."),
    };

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        var text when bool.TryParse(text, out var flag) => flag,
        _ => throw new Refusal(name, "True or False is expected here."),
    };

    public T? Choice<T>(string name)
        where T : struct, Enum => Text(name) is { } text ? Choices.Parse<T>(text, name) : null;

    public VersionChoice? Versions(string name, VersionKind? otherwise = null) => Text(name) is { } text
        ? Versions(text, name)
        : otherwise is { } kind ? new(kind) : null;

    public static VersionChoice? Versions(string? text, string name) => VersionChoice.TryParse(text, out var choice)
        ? choice : throw new Refusal(name, "AllVersions, Latest, Published, LatestOrPublished, LatestAndPublished, Draft or a version number is expected here.");

    /// <summary>Zero-based pages as an offset; without both everything.</summary>
    public static (int Skip, int? Take) Page(int? page, int? pageSize) => pageSize is null && page is null ? (0, null) : ((int)Math.Min(int.MaxValue, (long)(page ?? 0) * (pageSize ?? 25)), pageSize ?? 25);
}
