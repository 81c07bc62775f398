using System.Globalization;
using System.Text.Json;

namespace PgWorkflows.Engine.Instances;

/// <summary>A value of an instance as JSON that reads back as the same value: what JSON has no word for carries its kind.</summary>
internal static class StoredValue
{
    private const string Kind = "$kind";

    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case JsonElement element:
                Tagged(json, "json", () => element.WriteTo(json));
                break;
            case double number when double.IsFinite(number):
                Tagged(json, "double", () => json.WriteNumberValue(number));
                break;
            case double number:
                Tagged(json, "double", () => json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture)));
                break;
            case decimal number:
                Tagged(json, "decimal", () => json.WriteNumberValue(number));
                break;
            case Guid guid:
                Tagged(json, "guid", () => json.WriteStringValue(guid));
                break;
            case DateTimeOffset time:
                Tagged(json, "time", () => json.WriteStringValue(time));
                break;
            case TimeSpan span:
                Tagged(json, "span", () => json.WriteStringValue(span.ToString("c", CultureInfo.InvariantCulture)));
                break;
            default:
                throw new InvalidOperationException($"A {value.GetType().Name} is not a value of an instance; normalize it first.");
        }
    }

    public static object? Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.GetInt64(),
        _ => ReadTagged(json.GetProperty(Kind).GetString()!, json.GetProperty("value")),
    };

    private static object ReadTagged(string kind, JsonElement value) => kind switch
    {
        "json" => value.Clone(),
        "double" => value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDouble(),
        "decimal" => value.GetDecimal(),
        "guid" => value.GetGuid(),
        "time" => value.GetDateTimeOffset(),
        "span" => TimeSpan.ParseExact(value.GetString()!, "c", CultureInfo.InvariantCulture),
        _ => throw new JsonException($"unknown kind of value '{kind}'"),
    };

    private static void Tagged(Utf8JsonWriter json, string kind, Action write)
    {
        json.WriteStartObject();
        json.WriteString(Kind, kind);
        json.WritePropertyName("value");
        write();
        json.WriteEndObject();
    }
}
