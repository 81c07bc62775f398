using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Instances;

/// <summary>Reads what <see cref="InstanceState"/> wrote.</summary>
internal sealed class InstanceStateReader(Program program)
{
    public WorkflowInstance Instance(JsonElement json) => new()
    {
        Id = json.GetProperty("id").GetString()!,
        Program = program,
        Status = Enum.Parse<WorkflowStatus>(json.GetProperty("status").GetString()!),
        SubStatus = Enum.Parse<WorkflowSubStatus>(json.GetProperty("subStatus").GetString()!),
        CorrelationId = Text(json, "correlationId"),
        Name = Text(json, "name"),
        ParentInstanceId = Text(json, "parent"),
        TriggerActivityId = Text(json, "trigger"),
        TriggerInput = json.TryGetProperty("triggerInput", out var trigger) ? StoredValue.Read(trigger) : null,
        Input = Values(json, "input"),
        Output = Values(json, "output"),
        Outcomes = Texts(json, "outcomes"),
        CreatedAt = json.GetProperty("createdAt").GetDateTimeOffset(),
        UpdatedAt = json.GetProperty("updatedAt").GetDateTimeOffset(),
        FinishedAt = Time(json, "finishedAt"),
        CurrentNumber = json.GetProperty("current").GetInt32(),
        LastNumber = json.GetProperty("last").GetInt32(),
        StepsSinceRest = json.GetProperty("steps").GetInt32(),
        JournalLength = json.GetProperty("journal").GetInt64(),
        Bookmarks = List(json, "bookmarks", Bookmark),
        Incidents = List(json, "incidents", item => new Incident(item.GetProperty("activityId").GetString()!, item.GetProperty("activityNodeId").GetString()!,
            item.GetProperty("activityType").GetString()!, item.GetProperty("message").GetString()!, Exception(item, "exception"),
            item.GetProperty("timestamp").GetDateTimeOffset())),
        Contexts = List(json, "contexts", Context),
        Queue = [.. List(json, "queue", item => new WorkItem(Node(item), item.GetProperty("owner").GetInt32(), item.GetProperty("by").GetInt32(),
            Flag(item, "backward"), Scope(item, Node(item))))],
        Register = json.TryGetProperty("register", out var register)
            ? register.EnumerateObject().ToDictionary(member => member.Name, member => Members(member.Value))
            : WorkflowInstance.NoRegister,
        LastResult = json.TryGetProperty("lastResult", out var last) ? StoredValue.Read(last) : null,
    };

    private ActivityContext Context(JsonElement json) => new()
    {
        Number = json.GetProperty("number").GetInt32(),
        Node = Node(json),
        Parent = json.GetProperty("parent").GetInt32(),
        ScheduledBy = json.GetProperty("by").GetInt32(),
        Status = Enum.Parse<ActivityStatus>(json.GetProperty("status").GetString()!),
        StartedAt = json.GetProperty("startedAt").GetDateTimeOffset(),
        CompletedAt = Time(json, "completedAt"),
        Inputs = Values(json, "inputs"),
        Outputs = Values(json, "outputs"),
        Outcomes = Texts(json, "outcomes"),
        Sentence = Text(json, "sentence"),
        Exception = Exception(json, "exception"),
        FaultCount = json.GetProperty("faults").GetInt32(),
        EnteredBackward = Flag(json, "backward"),
        Scope = Scope(json, Node(json)),
        State = json.TryGetProperty("state", out var state) ? state.Deserialize<BehaviorState>() : null,
    };

    private static Bookmark Bookmark(JsonElement json) => new()
    {
        Id = json.GetProperty("id").GetString()!,
        Name = json.GetProperty("name").GetString()!,
        Payload = StoredValue.Read(json.GetProperty("payload")),
        Number = json.GetProperty("number").GetInt32(),
        ActivityId = json.GetProperty("activityId").GetString()!,
        NodeId = json.GetProperty("nodeId").GetString()!,
        DueAt = Time(json, "dueAt"),
        AutoComplete = Flag(json, "autoComplete"),
        CreatedAt = json.GetProperty("createdAt").GetDateTimeOffset(),
    };

    private Node Node(JsonElement json)
    {
        var nodeId = json.GetProperty("node").GetString()!;
        return program.Find(nodeId) ?? throw new KeyNotFoundException($"the definition has no activity at {nodeId}");
    }

    /// <summary>A variable of the definition keeps its default, which a memory variable goes back to when the run rests.</summary>
    private static VariableScope? Scope(JsonElement json, Node node)
    {
        if (!json.TryGetProperty("scope", out var scope))
            return null;
        var variables = scope.EnumerateArray().ToList();
        return new(
            [.. variables.Select(item => node.Variables.FirstOrDefault(variable => variable.Id == item.GetProperty("id").GetString())
                ?? new VariableDefinition(item.GetProperty("id").GetString()!, item.GetProperty("name").GetString()!, Text(item, "type"), null, Flag(item, "persistent")))],
            [.. variables.Select(item => StoredValue.Read(item.GetProperty("value")))]);
    }

    private static IReadOnlyDictionary<string, object?> Values(JsonElement json, string name) =>
        json.TryGetProperty(name, out var values) ? Members(values) : ActivityContext.Empty;

    private static IReadOnlyDictionary<string, object?> Members(JsonElement values) =>
        values.EnumerateObject().ToDictionary(member => member.Name, member => StoredValue.Read(member.Value));

    private static T[] List<T>(JsonElement json, string name, Func<JsonElement, T> read) =>
        json.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(read)] : [];

    private static string[]? Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var texts) ? [.. texts.EnumerateArray().Select(text => text.GetString()!)] : null;

    private static ExceptionState? Exception(JsonElement json, string name) => json.TryGetProperty(name, out var exception)
        ? new(exception.GetProperty("type").GetString()!, exception.GetProperty("message").GetString()!, Exception(exception, "inner"))
        : null;

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static DateTimeOffset? Time(JsonElement json, string name) => json.TryGetProperty(name, out var time) ? time.GetDateTimeOffset() : null;

    private static bool Flag(JsonElement json, string name) => json.TryGetProperty(name, out var flag) && flag.GetBoolean();
}
