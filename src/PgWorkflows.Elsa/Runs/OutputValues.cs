using System.Dynamic;
using System.Text.Json;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Elsa.Runs;

/// <summary>Outputs in shapes that Elsa stores, shows and gives to expressions without knowing our types.</summary>
internal static class OutputValues
{
    public static object? For(object? value) => value switch
    {
        null or bool or int or long or double or decimal or string or Guid or DateTimeOffset or TimeSpan => value,
        Enum => value.ToString(),
        _ => Of(ValueConverter.ToElement(value)),
    };

    private static object? Of(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                IDictionary<string, object?> members = new ExpandoObject();
                foreach (var member in element.EnumerateObject())
                    members[member.Name] = Of(member.Value);
                return members;
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(Of).ToList();
            default:
                return ValueConverter.Normalize(element);
        }
    }
}
