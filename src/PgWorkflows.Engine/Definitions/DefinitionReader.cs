using System.Text.Json;

namespace PgWorkflows.Engine.Definitions;

/// <summary>Reads Elsa 3 definition JSON, tolerant where Elsa is and bounded everywhere.</summary>
public static class DefinitionReader
{
    /// <summary>The largest definition accepted, in bytes.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>The most activities a definition may have.</summary>
    public const int MaxActivities = 10_000;

    /// <summary>The deepest nesting of JSON values.</summary>
    public const int MaxDepth = 256;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a definition; null together with findings that name the JSON path when it cannot be read.</summary>
    public static (WorkflowDefinition? Definition, IReadOnlyList<Finding> Findings) Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            return Failed("$", $"the definition has {utf8.Length:N0} bytes", $"The limit is {MaxBytes:N0} bytes; split it into several workflows");

        try
        {
            if (utf8.Span is [0xEF, 0xBB, 0xBF, ..])
                utf8 = utf8[3..];
            return new Reading().Workflow(JsonMembers.Parse(utf8, Options));
        }
        catch (JsonException e) when (e.InnerException is InvalidOperationException)
        {
            return Failed("$", "a text in it is not valid Unicode", "Save the file as UTF-8");
        }
        catch (JsonException e)
        {
            return Failed(e.Path ?? "$", $"not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})", "Mend the JSON, or export the definition anew");
        }
    }

    private static (WorkflowDefinition?, IReadOnlyList<Finding>) Failed(string path, string problem, string cure) =>
        (null, [new Finding(Severity.Error, path, problem, cure)]);

    private sealed class Reading
    {
        private readonly List<Finding> _findings = [];
        private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
        private int _activities;

        public (WorkflowDefinition?, IReadOnlyList<Finding>) Workflow(JsonElement json)
        {
            if (json.ValueKind != JsonValueKind.Object)
                return Failed("$", "a definition is a JSON object", "Export a definition from Elsa Studio to see the form");

            var definitionId = Text(json, "definitionId", "$");
            var name = Text(json, "name", "$") ?? definitionId;
            if (definitionId is null && name is null)
                Error("$.definitionId", "is missing", "Give the definition a definitionId and a name");

            var root = json.Member("root") is { ValueKind: JsonValueKind.Object } rootJson ? Activity(rootJson, "$.root") : null;
            if (root is null && _findings.Count == 0)
                Error("$.root", "is missing", "A definition needs a root activity, usually an Elsa.Flowchart");

            if (_findings.Any(finding => finding.Severity == Severity.Error))
                return (null, _findings);

            var version = Number(json, "version", "$") ?? 1;
            return (new WorkflowDefinition
            {
                Id = Text(json, "id", "$") ?? $"{definitionId ?? name}-{version}",
                DefinitionId = definitionId ?? name!,
                Name = name!.Trim(),
                Description = Text(json, "description", "$"),
                Version = version,
                Variables = Variables(json, "$"),
                Inputs = Arguments(json, "inputs"),
                Outputs = Arguments(json, "outputs"),
                Outcomes = [.. Items(json, "outcomes").Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
                Options = OptionsOf(json),
                Root = root,
                Json = json,
            }, _findings);
        }

        private ActivityNode? Activity(JsonElement json, string path)
        {
            if (++_activities > MaxActivities)
            {
                if (_activities == MaxActivities + 1)
                    Error(path, $"the definition has more than {MaxActivities:N0} activities", "Split it into several workflows");
                return null;
            }

            if (json.ValueKind != JsonValueKind.Object)
            {
                Error(path, "an activity is a JSON object", "Remove the entry or draw it anew");
                return null;
            }

            var type = Text(json, "type", path);
            if (string.IsNullOrWhiteSpace(type))
            {
                Error($"{path}.type", "is missing", "Every activity needs a type such as Elsa.WriteLine");
                return null;
            }

            // A placeholder that Elsa wrote for a type it did not know stands for the original (elsa-contract 1.4).
            if (type == "Elsa.NotFoundActivity" && Text(json, "originalActivityJson", path) is { } original && TryParse(original) is { } restored)
                return Activity(restored, path);

            var id = Text(json, "id", path);
            id = string.IsNullOrEmpty(id) ? FreeId(type) : id;
            if (!_ids.Add(id))
                Error($"{path}.id", $"the id '{id}' is used twice", "Give each activity its own id");

            var name = Text(json, "name", path);
            var custom = json.Member("customProperties");
            var metadata = json.Member("metadata");
            return new ActivityNode
            {
                Id = id,
                Type = type,
                Version = Number(json, "version", path) ?? 1,
                Name = name,
                Label = metadata?.Member("displayText") is { ValueKind: JsonValueKind.String } label && label.GetString() is { Length: > 0 } text
                    ? text : string.IsNullOrEmpty(name) ? id : name,
                CanStartWorkflow = custom?.Member("canStartWorkflow") is { ValueKind: JsonValueKind.True },
                Json = json,
                Children = Children(json, type, path),
                Connections = type == "Elsa.Flowchart" ? Connections(json, path) : [],
                Variables = Variables(json, path),
                Start = json.Member("start") is { } start ? (start.Member("id") ?? start).AsText() : null,
                Workflow = Reference(json, custom, path),
            };
        }

        private List<(string, ActivityNode)> Children(JsonElement json, string type, string path)
        {
            var children = new List<(string, ActivityNode)>();
            foreach (var port in EmbeddedPorts.Of(type))
            {
                if (port.IsCases)
                {
                    var index = 0;
                    foreach (var item in Items(json, port.Name))
                        Add(port.Name + index, item.Member("activity"), $"{path}.{port.Name}[{index++}].activity");
                }
                else if (port.IsList)
                {
                    var index = 0;
                    foreach (var item in Items(json, port.Name))
                        Add(port.Name, item, $"{path}.{port.Name}[{index++}]");
                }
                else
                {
                    Add(port.Name, json.Member(port.Name), $"{path}.{port.Name}");
                }
            }

            return children;

            void Add(string port, JsonElement? child, string childPath)
            {
                if (child is { ValueKind: not JsonValueKind.Null } element && Activity(element, childPath) is { } activity)
                    children.Add((port, activity));
            }
        }

        private List<Connection> Connections(JsonElement json, string path)
        {
            var connections = new List<Connection>();
            var known = new HashSet<Connection>();
            var index = 0;
            foreach (var item in Items(json, "connections"))
            {
                var place = $"{path}.connections[{index++}]";
                var source = item.Member("source");
                var target = item.Member("target");
                var connection = source is { ValueKind: JsonValueKind.Object } && target is { ValueKind: JsonValueKind.Object }
                    ? new Connection(Text(source.Value, "activity", place) ?? "", Text(source.Value, "port", place),
                        Text(target.Value, "activity", place) ?? "", Text(target.Value, "port", place))
                    : new Connection(Text(item, "source", place) ?? "", Text(item, "sourcePort", place),
                        Text(item, "target", place) ?? "", Text(item, "targetPort", place));
                if (known.Add(connection))
                    connections.Add(connection);
            }

            return connections;
        }

        private List<VariableDefinition> Variables(JsonElement json, string path)
        {
            var variables = new List<VariableDefinition>();
            foreach (var item in Items(json, "variables"))
            {
                var name = Text(item, "name", path);
                if (Text(item, "id", path) is { Length: > 0 } id && name is not null)
                {
                    var driver = Text(item, "storageDriverTypeName", path);
                    var typeName = Text(item, "typeName", path);
                    if (item.Member("isArray") is { ValueKind: JsonValueKind.True } && typeName?.EndsWith("[]", StringComparison.Ordinal) is false)
                        typeName += "[]";
                    variables.Add(new(id, name, typeName, item.Member("value"),
                        IsPersistent: driver?.Contains("Workflow", StringComparison.Ordinal) is true && !driver.Contains("MemoryStorageDriver", StringComparison.Ordinal)));
                }
            }

            return variables;
        }

        private List<ArgumentDefinition> Arguments(JsonElement json, string member) =>
            [.. Items(json, member).Where(item => item.Member("name") is { ValueKind: JsonValueKind.String }).Select(item =>
                new ArgumentDefinition(item.Member("name")!.Value.GetString()!, Text(item, "type", "$"), Text(item, "displayName", "$"), Text(item, "description", "$")))];

        private WorkflowOptions OptionsOf(JsonElement json)
        {
            if (json.Member("options") is not { ValueKind: JsonValueKind.Object } options)
                return new();
            return new()
            {
                ActivationStrategyType = Text(options, "activationStrategyType", "$.options"),
                UsableAsActivity = options.Member("usableAsActivity") is { ValueKind: JsonValueKind.True },
                ActivityCategory = Text(options, "activityCategory", "$.options"),
                IncidentStrategyType = Text(options, "incidentStrategyType", "$.options"),
            };
        }

        private WorkflowReference? Reference(JsonElement json, JsonElement? custom, string path)
        {
            var definitionId = Text(json, "workflowDefinitionId", path) ?? (custom is { } bag ? Text(bag, "workflowDefinitionId", path) : null);
            var versionId = Text(json, "workflowDefinitionVersionId", path);

            // ExecuteWorkflow and its kin have a wrapped input of the same name; a reference is a plain text.
            return definitionId is null && versionId is null ? null : new(definitionId, versionId, Number(json, "version", path));
        }

        private string FreeId(string type)
        {
            var name = type[(type.LastIndexOf('.') + 1)..];
            var number = 1;
            while (_ids.Contains(name + number))
                number++;
            return name + number;
        }

        private static JsonElement? TryParse(string json)
        {
            try
            {
                return JsonMembers.Parse(System.Text.Encoding.UTF8.GetBytes(json), Options);
            }
            catch (JsonException)
            {
                return null; // The placeholder then stays what it is: an activity that is not known here.
            }
        }

        private string? Text(JsonElement json, string member, string path)
        {
            if (json.Member(member) is not { } value || value.ValueKind is JsonValueKind.Null or JsonValueKind.Object)
                return null;
            if (value.ValueKind == JsonValueKind.String)
                return value.GetString();
            Error($"{path}.{member}", "must be a text", "Put it in quotation marks");
            return null;
        }

        private int? Number(JsonElement json, string member, string path)
        {
            if (json.Member(member) is not { } value || value.ValueKind is JsonValueKind.Null or JsonValueKind.Object)
                return null;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
                return number;
            Error($"{path}.{member}", "must be a whole number", "Write a number such as 1");
            return null;
        }

        private void Error(string place, string problem, string cure) => _findings.Add(new(Severity.Error, place, problem, cure));

        private static IEnumerable<JsonElement> Items(JsonElement json, string member) => json.Member(member) switch
        {
            { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
            { ValueKind: JsonValueKind.Object } wrapper when wrapper.Member("$values") is { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
            _ => [],
        };
    }
}
