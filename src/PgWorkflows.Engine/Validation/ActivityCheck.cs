using System.Text.Json;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Scheduling;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Validation;

/// <summary>One activity by itself: its type, its inputs, what they refer to, where its outputs go.</summary>
internal static class ActivityCheck
{
    public static void Look(Node node, WorkflowDefinition definition, ActivityLibrary library, Func<string, WorkflowDefinition?>? published, Findings findings)
    {
        var place = Findings.Place(node);
        if (node.Descriptor is not { } descriptor)
        {
            findings.Error(place, $"has the type '{node.Type}', which is not known here",
                node.Source?.Workflow is null ? "Remove it, or install what brings it" : "Publish the workflow that it stands for, or remove it");
            return;
        }

        var source = node.Source!.Json;
        foreach (var input in descriptor.Inputs)
            Input(node, input, source.Member(JsonNamingPolicy.CamelCase.ConvertName(input.Name)), definition, library, findings);
        var cases = node.Source.Type is "Elsa.Switch" or "Elsa.FlowSwitch" ? source.Member("cases") : null;
        foreach (var @case in cases is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToArray() : [])
        {
            if (@case.Member("condition") is { ValueKind: JsonValueKind.Object } condition)
                ExpressionCheck.Look(node, $"case '{@case.Member("label")}'", condition, definition, library.Languages, findings);
        }

        foreach (var output in node.Outputs.Where(output => !IsVariable(node, output.Target) && definition.Outputs.All(declared => declared.Name != output.Target)))
            findings.Error(place, $"binds its output {output.Output} to '{output.Target}', which is neither a variable nor an output of the workflow",
                "Choose one on its Output tab");

        if (WorkflowStarts.IdOf(node.Source) is { Length: > 0 } id && published is not null && published(id) is null && id != definition.DefinitionId)
            findings.Error(place, $"starts the workflow '{id}', which is not published", "Publish it, or correct the definition id");
        if (node.Behavior is SetVariable && source.Member("variable")?.Member("id") is { ValueKind: JsonValueKind.String } variable && !IsVariable(node, variable.GetString()!))
            findings.Error(place, $"sets the variable '{variable}', which is not declared",
                "Declare it on the Variables tab, or choose another one");
        if (node.Type == "Elsa.BulkDispatchWorkflows" && source.Member("correlationIdFunction")?.Member("expression")?.Member("value") is { ValueKind: JsonValueKind.String } function && function.GetString() is { Length: > 0 })
            findings.Error(place, "has a CorrelationIdFunction, which is not supported here",
                "Remove it; the children can set their correlation id with Elsa.Correlate");
    }

    private static void Input(Node node, InputDescriptor input, JsonElement? given, WorkflowDefinition definition, ActivityLibrary library, Findings findings)
    {
        var place = Findings.Place(node);
        var expression = given?.Member("expression");
        if (input.IsWrapped && given is { ValueKind: JsonValueKind.Object } wrapped && expression is not null && wrapped.Member("typeName") is null)
            findings.Error(place, $"has no typeName in its input {input.Name}, so that the input is dropped, in Elsa too",
                "Add \"typeName\" beside \"expression\", its value may be null");
        if (input.IsRequired && IsMissing(given, expression))
            findings.Error(place, $"has no value for its input {input.Name}", "Give it one in the designer");
        if (expression is not { ValueKind: JsonValueKind.Object } inner)
            return;

        ExpressionCheck.Look(node, $"input {input.Name}", inner, definition, library.Languages, findings);
        if ((inner.Member("type") is { ValueKind: JsonValueKind.String } name ? name.GetString() : "Literal") == "Literal")
            Literal(place, node, input, inner.Member("value"), library, findings);
    }

    private static void Literal(string place, Node node, InputDescriptor input, JsonElement? value, ActivityLibrary library, Findings findings)
    {
        var text = ValueConverter.ToText(ValueConverter.Normalize(value));
        if (TypeAliases.Find(input.TypeName) is { } type && !Fits(value, type))
            findings.Error(place, $"has '{text}' in its input {input.Name}, which cannot be read as {input.TypeName}; it would count as empty",
                "Correct it");
        if (input.TypeName.EndsWith("Mode", StringComparison.Ordinal) && text.Length > 0 && input.Options?.Contains(text) is false)
            findings.Error(place, $"has '{text}' in its input {input.Name}, which is not one of its choices",
                $"Choose {string.Join(" or ", input.Options)}");
        if (node.Behavior is RunJavaScript && input.Name == "Script")
            ExpressionCheck.Script(place, "input Script", "JavaScript", text, library.Languages, findings);
        if (node.Behavior is Cron && text.Length > 0 && CronProblem(text) is { } problem)
            findings.Error(place, $"has no valid CronExpression: {problem}",
                "Write second, minute, hour, day, month and weekday, such as 0 0 6 * * *");
    }

    private static string? CronProblem(string text)
    {
        try
        {
            CronExpression.Parse(text);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private static bool IsMissing(JsonElement? given, JsonElement? expression) => given switch
    {
        null or { ValueKind: JsonValueKind.Null } => true,
        { ValueKind: JsonValueKind.String } text => string.IsNullOrWhiteSpace(text.GetString()),
        _ when expression is { ValueKind: JsonValueKind.Object } inner => inner.Member("value") is null or { ValueKind: JsonValueKind.Null }
            || (inner.Member("value") is { ValueKind: JsonValueKind.String } value && string.IsNullOrWhiteSpace(value.GetString())),
        _ => false,
    };

    private static bool Fits(JsonElement? value, Type type)
    {
        try
        {
            ValueConverter.Convert(ValueConverter.Normalize(value), type);
            return true;
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException or JsonException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Whether a variable with that id can be seen from the activity.</summary>
    internal static bool IsVariable(Node node, string id)
    {
        for (var owner = node; owner is not null; owner = owner.Parent)
        {
            if (owner.Variables.Any(variable => variable.Id == id))
                return true;
            if (owner.Definition is { } definition && definition.Inputs.Any(input => input.Name == id) && owner.Parent is not null)
                return true;
        }

        return false;
    }
}
