namespace PgWorkflows.Engine.Values;

/// <summary>Elsa's short names for types in definition JSON (elsa-contract 1.9).</summary>
public static class TypeAliases
{
    private static readonly Dictionary<string, Type> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Object"] = typeof(object),
        ["String"] = typeof(string),
        ["Boolean"] = typeof(bool),
        ["Int16"] = typeof(short),
        ["Int32"] = typeof(int),
        ["Int64"] = typeof(long),
        ["Long"] = typeof(long),
        ["Single"] = typeof(float),
        ["Double"] = typeof(double),
        ["Decimal"] = typeof(decimal),
        ["Guid"] = typeof(Guid),
        ["DateTime"] = typeof(DateTime),
        ["DateTimeOffset"] = typeof(DateTimeOffset),
        ["TimeSpan"] = typeof(TimeSpan),
        ["JsonElement"] = typeof(System.Text.Json.JsonElement),
    };

    private static readonly Dictionary<Type, string> Names =
        Types.Where(entry => entry.Key != "Long").ToDictionary(entry => entry.Value, entry => entry.Key);

    /// <summary>The alias of a type; an enumeration or a record goes by "String" and "Object".</summary>
    public static string Of(Type type) => Names.TryGetValue(type, out var name) ? name : type.IsEnum ? "String" : "Object";

    /// <summary>The type behind an alias, arrays and lists as <see cref="System.Text.Json.JsonElement"/>; null when the alias is unknown.</summary>
    public static Type? Find(string? alias)
    {
        if (alias is null)
            return typeof(object);
        var name = alias.EndsWith('?') ? alias[..^1] : alias;
        return Types.TryGetValue(name, out var type) ? type : null;
    }
}
