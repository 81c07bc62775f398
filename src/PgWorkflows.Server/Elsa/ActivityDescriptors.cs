using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Persistence.Definitions;

namespace PgWorkflows.Server.Elsa;

/// <summary>Activity descriptors in Elsa's shape (elsa-contract 3.8 and 1.12).</summary>
internal static class ActivityDescriptors
{
    public static JsonObject Of(ActivityDescriptor descriptor)
    {
        var name = descriptor.Type[(descriptor.Type.LastIndexOf('.') + 1)..];
        var ports = new JsonArray();
        foreach (var port in EmbeddedPorts(descriptor))
            ports.Add(Port(port, "Embedded", isBrowsable: !descriptor.IsContainer));
        if (!descriptor.IsTerminal && !descriptor.IsContainer && (descriptor.Outcomes is not ["Done"] || descriptor.EmbeddedPorts.Contains("ChildCompleted")))
        {
            foreach (var outcome in descriptor.Outcomes)
                ports.Add(Port(outcome, "Flow", isBrowsable: true));
        }

        return Describe(descriptor.Type, 1, name, descriptor.Category, descriptor.DisplayName, descriptor.Description, ports,
            [.. descriptor.Inputs.Select((input, order) => Input(input, order))], [.. descriptor.Outputs.Select(Output)], descriptor);
    }

    /// <summary>A workflow used as an activity; only the published version is on the palette.</summary>
    public static JsonObject Of(DefinitionVersion version)
    {
        var definition = version.Definition;
        JsonArray ports = [Port("Root", "Embedded", isBrowsable: false)];
        foreach (var outcome in definition.Outcomes)
            ports.Add(Port(outcome, "Flow", isBrowsable: true));
        var json = Describe(definition.ActivityTypeName, version.Version, definition.ActivityTypeName, definition.Options.ActivityCategory ?? "Workflows", definition.Name,
            definition.Description ?? "", ports,
            [.. definition.Inputs.Select((input, order) => WorkflowInput(input.Name, input.TypeName, input.DisplayName, input.Description, order))],
            [.. definition.Outputs.Select(output => Output(new(output.Name, output.TypeName ?? "Object", output.Description ?? "")))], null);
        json.Remove("namespace");
        json["isBrowsable"] = version.IsPublished;
        json["customProperties"] = new JsonObject
        {
            ["RootType"] = "WorkflowDefinitionActivity",
            ["WorkflowDefinitionId"] = version.DefinitionId,
            ["WorkflowDefinitionVersionId"] = version.VersionId,
        };
        json["constructionProperties"] = new JsonObject
        {
            ["WorkflowDefinitionId"] = version.DefinitionId,
            ["WorkflowDefinitionVersionId"] = version.VersionId,
            ["Version"] = version.Version,
        };
        return json;
    }

    /// <summary>Types that Studio meets in answers but nobody can draw.</summary>
    public static IEnumerable<JsonObject> Internal()
    {
        yield return Hidden("Workflow", "Workflows", "A workflow runs its root activity.", [Port("Root", "Embedded", isBrowsable: false)]);
        yield return Hidden("NotFoundActivity", "System", "Stands for an activity whose type is not known here.", []);
    }

    private static JsonObject Hidden(string name, string category, string description, JsonArray ports)
    {
        var json = Describe($"Elsa.{name}", 1, name, category, name, description, ports, [], [], null);
        json["isBrowsable"] = false;
        return json;
    }

    private static JsonObject Describe(string type, int version, string name, string category, string displayName, string description,
        JsonArray ports, JsonArray inputs, JsonArray outputs, ActivityDescriptor? descriptor) => new()
        {
            ["typeName"] = type,
            ["namespace"] = type.LastIndexOf('.') is > 0 and var dot ? type[..dot] : "",
            ["name"] = name,
            ["version"] = version,
            ["category"] = category,
            ["displayName"] = displayName,
            ["description"] = description,
            ["inputs"] = inputs,
            ["outputs"] = outputs,
            ["kind"] = (descriptor?.Kind ?? ActivityKind.Action).ToString(),
            ["ports"] = ports,
            ["customProperties"] = new JsonObject(),
            ["constructionProperties"] = new JsonObject(),
            ["isContainer"] = descriptor?.IsContainer is true,
            ["isBrowsable"] = descriptor?.IsHidden is not true,
            ["isStart"] = descriptor?.IsStart is true,
            ["isTerminal"] = descriptor?.IsTerminal is true,
        };

    private static IEnumerable<string> EmbeddedPorts(ActivityDescriptor descriptor) => descriptor switch
    {
        { Type: "Elsa.Flowchart" } => ["Start"],
        { IsContainer: true } => [],
        _ => descriptor.EmbeddedPorts.Where(port => port is not ("Cases" or "Branches" or "ExpectedStatusCodes")), // Lists of their own are drawn by their editors.
    };

    private static JsonObject Port(string name, string type, bool isBrowsable) => new() { ["name"] = name, ["displayName"] = name, ["type"] = type, ["isBrowsable"] = isBrowsable };

    private static JsonObject Input(InputDescriptor input, int order)
    {
        var json = new JsonObject
        {
            ["isWrapped"] = input.IsWrapped,
            ["uiHint"] = input.UIHint,
            ["isReadOnly"] = false,
            ["isSensitive"] = false,
            ["autoEvaluate"] = input.AutoEvaluate,
            ["uiSpecifications"] = Specifications(input),
            ["name"] = input.Name,
            ["typeName"] = input.TypeName,
            ["displayName"] = InWords(input.Name),
            ["description"] = input.Description,
            ["order"] = order,
            ["isBrowsable"] = true,
            ["isSerializable"] = true,
            ["isSynthetic"] = false,
        };
        if (input.DefaultValue is not null)
            json["defaultValue"] = JsonSerializer.SerializeToNode(input.DefaultValue, ElsaJson.Options);
        if (input.DefaultSyntax is not null)
            json["defaultSyntax"] = input.DefaultSyntax;
        return json;
    }

    private static JsonObject Specifications(InputDescriptor input) => input is { UIHint: "dropdown", Options: { } options }
        ? new()
        {
            ["dropdown"] = new JsonObject
            {
                ["selectList"] = new JsonObject
                {
                    ["items"] = new JsonArray([.. options.Select(option => new JsonObject { ["text"] = option, ["value"] = option })]),
                    ["isFlagsEnum"] = false,
                },
            },
        }
        : [];

    private static JsonObject WorkflowInput(string name, string? typeName, string? displayName, string? description, int order) => new()
    {
        ["isWrapped"] = true,
        ["uiHint"] = typeName == "Boolean" ? "checkbox" : "singleline",
        ["isReadOnly"] = false,
        ["isSensitive"] = false,
        ["autoEvaluate"] = true,
        ["uiSpecifications"] = new JsonObject(),
        ["name"] = name,
        ["typeName"] = typeName ?? "Object",
        ["displayName"] = string.IsNullOrEmpty(displayName) ? name : displayName,
        ["description"] = description ?? "",
        ["order"] = order,
        ["isBrowsable"] = true,
        ["isSerializable"] = true,
        ["isSynthetic"] = true,
    };

    private static JsonObject Output(OutputDescriptor output) => new()
    {
        ["name"] = output.Name,
        ["typeName"] = output.TypeName,
        ["displayName"] = InWords(output.Name),
        ["description"] = output.Description,
        ["order"] = 0,
        ["isBrowsable"] = true,
        ["isSerializable"] = true,
        ["isSynthetic"] = false,
    };

    private static string InWords(string name) =>
        string.Concat(name.Select((letter, i) => i > 0 && char.IsUpper(letter) && !char.IsUpper(name[i - 1]) ? " " + char.ToLowerInvariant(letter) : letter.ToString()));
}
