using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PgWorkflows.Engine.Values;

/// <summary>
/// Converts values between the few shapes they have in an instance: null, <see cref="bool"/>, <see cref="long"/>,
/// <see cref="double"/>, <see cref="decimal"/>, <see cref="string"/>, <see cref="Guid"/>, <see cref="DateTimeOffset"/>,
/// <see cref="TimeSpan"/>, and <see cref="JsonElement"/> for objects and arrays. Lenient as Elsa is: "True" is a Boolean, "5" an Int32.
/// </summary>
public static class ValueConverter
{
    /// <summary>How values are written as JSON: Elsa's conventions, PascalCase members and enumerations by name.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNameCaseInsensitive = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The value as <paramref name="target"/>.</summary>
    /// <exception cref="FormatException">The text does not read as the target.</exception>
    /// <exception cref="InvalidCastException">The value cannot be the target at all.</exception>
    /// <exception cref="JsonException">The JSON does not fit the target.</exception>
    public static object? Convert(object? value, Type target)
    {
        var type = Nullable.GetUnderlyingType(target) ?? target;
        if (value is null || type.IsInstanceOfType(value))
            return value;
        if (value is JsonElement { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array) } scalar)
            return Convert(Normalize(scalar), target);
        if (value is string { Length: 0 } && type != typeof(string))
            return null;

        return type switch
        {
            _ when type == typeof(string) => ToText(value),
            _ when type == typeof(bool) => value is string text ? bool.Parse(text) : System.Convert.ToBoolean(value, CultureInfo.InvariantCulture),
            _ when type == typeof(TimeSpan) => value is string text ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : throw Cannot(value, type),
            _ when type == typeof(DateTimeOffset) => value is string text
                ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : throw Cannot(value, type),
            _ when type == typeof(Guid) => value is string text ? Guid.Parse(text) : throw Cannot(value, type),
            { IsEnum: true } => value is string text ? ParseEnum(text, type) : Enum.ToObject(type, value),
            { IsPrimitive: true } or { FullName: "System.Decimal" } => System.Convert.ChangeType(value, type, CultureInfo.InvariantCulture),
            _ when type == typeof(JsonElement) => ToElement(value),
            _ => Deserialize(value, type),
        };
    }

    /// <summary>What a type holds when nothing is in it: zero, false, the empty span; null for references.</summary>
    internal static object? EmptyOf(Type type) => type.IsValueType ? System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type) : null;

    /// <summary>The value in one of the shapes an instance holds; objects become <see cref="JsonElement"/>.</summary>
    public static object? Normalize(object? value) => value switch
    {
        null or bool or long or double or decimal or string or Guid or DateTimeOffset or TimeSpan => value,
        int or short or byte or sbyte or ushort or uint => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
        float single => (double)single,
        Enum => value.ToString(),
        JsonElement element => element.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
            _ => element,
        },
        _ => ToElement(value),
    };

    /// <summary>The value as JSON.</summary>
    public static JsonElement ToElement(object? value) => value is JsonElement element ? element : JsonSerializer.SerializeToElement(value, Json);

    /// <summary>The value as text, independent of the machine's culture; objects as JSON.</summary>
    public static string ToText(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "True" : "False",
        JsonElement element => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText(),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable => ToElement(value).GetRawText(),
        _ => value.ToString() ?? "",
    };

    private static object? Deserialize(object value, Type type) => value switch
    {
        JsonElement element => element.Deserialize(type, Json),
        string text when text.AsSpan().TrimStart() is ['{' or '[', ..] => JsonSerializer.Deserialize(text, type, Json),
        string text => JsonSerializer.SerializeToElement(new[] { text }, Json).Deserialize(type, Json), // a single item where a list is wanted
        _ => ToElement(value).Deserialize(type, Json),
    };

    private static object ParseEnum(string text, Type type) => Enum.TryParse(type, text, ignoreCase: true, out var member)
        ? member!
        : throw new FormatException($"'{text}' is not one of {string.Join(", ", Enum.GetNames(type))}");

    private static InvalidCastException Cannot(object value, Type type) => new($"{value.GetType().Name} is not a {type.Name}");
}
