using System.Text.Json;

namespace PgWorkflows.Server.Elsa;

/// <summary>The members of a JSON object of a request; what has the wrong type is refused by its name. Null counts as missing.</summary>
internal sealed class Fields
{
    private readonly JsonElement _json;
    private readonly string _path;

    public Fields(JsonElement json, string path)
    {
        (_json, _path) = (json, path);
        if (json.ValueKind != JsonValueKind.Object)
            throw new Refusal(path.Length == 0 ? "serializerErrors" : path, "A JSON object is expected here.");
    }

    public JsonElement Json => _json;

    public string Name(string member) => _path.Length == 0 ? member : $"{_path}.{member}";

    public JsonElement? Get(string member)
    {
        if (_json.TryGetProperty(member, out var exact))
            return exact.ValueKind == JsonValueKind.Null ? null : exact;
        foreach (var property in _json.EnumerateObject())
        {
            if (property.Name.Equals(member, StringComparison.OrdinalIgnoreCase))
                return property.Value.ValueKind == JsonValueKind.Null ? null : property.Value;
        }

        return null;
    }

    public string? Text(string member, int max = 1000) => Get(member) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text when text.GetString()!.Length <= max => text.GetString(),
        { ValueKind: JsonValueKind.String } text => throw new Refusal(Name(member), $"The text has {text.GetString()!.Length:N0} characters; the limit is {max:N0}."),
        _ => throw new Refusal(Name(member), "A text is expected here."),
    };

    public bool? Flag(string member) => Get(member) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw new Refusal(Name(member), "true or false is expected here."),
    };

    public int? Number(string member, int min = 0, int max = 1_000_000) => Get(member) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var value) && value >= min && value <= max => value,
        _ => throw new Refusal(Name(member), $"A whole number from {min} to {max:N0} is expected here."),
    };

    /// <summary>A list of texts; null when it is missing.</summary>
    public IReadOnlyList<string>? Texts(string member, int most = 1000)
    {
        if (Get(member) is not { } list)
            return null;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > most || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String || item.GetString()!.Length > 1000))
            throw new Refusal(Name(member), $"A list of at most {most:N0} texts is expected here.");
        return [.. list.EnumerateArray().Select(item => item.GetString()!)];
    }

    public T? Choice<T>(string member)
        where T : struct, Enum => Get(member) is null ? null : Choices.Parse<T>(Text(member), Name(member));

    public Fields? Object(string member) => Get(member) is { } json ? new(json, Name(member)) : null;

    /// <summary>The members as workflow inputs.</summary>
    public IReadOnlyDictionary<string, object?> Values(string member) => Object(member) is { } given
        ? given._json.EnumerateObject().ToDictionary(item => item.Name, item => Engine.Values.ValueConverter.Normalize(item.Value))
        : new Dictionary<string, object?>(0);
}
