using System.Dynamic;
using System.Text.Json;
using Elsa.Extensions;
using Elsa.Workflows;
using Elsa.Workflows.Models;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Elsa.Runs;

/// <summary>Outputs in shapes that Elsa stores, shows and gives to expressions without knowing our types.</summary>
internal static class OutputValues
{
    /// <summary>
    /// Sets an output. One that is bound to an output of the workflow it stands in, used as an activity, reaches what that one is bound to as well, as
    /// Elsa's SetOutput has it: otherwise Elsa would hand on whatever was there before.
    /// </summary>
    public static void Set(ActivityExecutionContext context, OutputDescriptor descriptor, object? value)
    {
        var output = descriptor.ValueGetter(context.Activity) as Output;
        context.Set(output, For(value), descriptor.Name);
        if (output is null)
            return;

        var name = output.MemoryBlockReference().Id;
        var composite = context.GetAncestors().FirstOrDefault(ancestor => ancestor.ActivityDescriptor.Outputs.Any(one => one.Name == name));
        if (composite?.ParentActivityExecutionContext is { } outside
            && composite.ActivityDescriptor.Outputs.First(one => one.Name == name).ValueGetter(composite.Activity) is Output bound)
        {
            outside.Set(bound, For(value), name);
        }
    }

    private static object? For(object? value) => value switch
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
