using System.Buffers;
using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Instances;

/// <summary>Writes an instance as JSON and reads it back so that it goes on exactly where it was. What waits to be saved is not part of it.</summary>
public static class InstanceState
{
    /// <summary>The state as JSON.</summary>
    public static byte[] Write(WorkflowInstance instance)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", instance.Id);
            json.WriteString("status", instance.Status.ToString());
            json.WriteString("subStatus", instance.SubStatus.ToString());
            Text(json, "correlationId", instance.CorrelationId);
            Text(json, "name", instance.Name);
            Text(json, "parent", instance.ParentInstanceId);
            Text(json, "trigger", instance.TriggerActivityId);
            if (instance.TriggerInput is not null)
            {
                json.WritePropertyName("triggerInput");
                StoredValue.Write(json, instance.TriggerInput);
            }

            Values(json, "input", instance.Input);
            Values(json, "output", instance.Output);
            Texts(json, "outcomes", instance.Outcomes);
            json.WriteString("createdAt", instance.CreatedAt);
            json.WriteString("updatedAt", instance.UpdatedAt);
            Time(json, "finishedAt", instance.FinishedAt);
            json.WriteNumber("current", instance.CurrentNumber);
            json.WriteNumber("last", instance.LastNumber);
            json.WriteNumber("steps", instance.StepsSinceRest);
            json.WriteNumber("journal", instance.JournalLength);
            List(json, "bookmarks", instance.Bookmarks, Bookmark);
            List(json, "incidents", instance.Incidents, Incident);
            List(json, "contexts", instance.Contexts, Context);
            List(json, "queue", instance.Queue, Work);
            if (instance.Register.Count > 0)
            {
                json.WriteStartObject("register");
                foreach (var (activity, outputs) in instance.Register)
                    Values(json, activity, outputs, always: true);
                json.WriteEndObject();
            }

            if (instance.LastResult is not null)
            {
                json.WritePropertyName("lastResult");
                StoredValue.Write(json, instance.LastResult);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The instance that <see cref="Write"/> wrote, on the program of the same definition version.</summary>
    /// <exception cref="InstanceStateException">The state does not fit the program, or is not one.</exception>
    public static WorkflowInstance Read(ReadOnlyMemory<byte> state, Program program)
    {
        try
        {
            using var document = JsonDocument.Parse(state, new JsonDocumentOptions { MaxDepth = DefinitionReader.MaxDepth });
            return new InstanceStateReader(program).Instance(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InstanceStateException(program.Definition.Id, e);
        }
    }

    private static void Context(Utf8JsonWriter json, ActivityContext context)
    {
        json.WriteNumber("number", context.Number);
        json.WriteString("node", context.Node.NodeId);
        json.WriteNumber("parent", context.Parent);
        json.WriteNumber("by", context.ScheduledBy);
        json.WriteString("status", context.Status.ToString());
        json.WriteString("startedAt", context.StartedAt);
        Time(json, "completedAt", context.CompletedAt);
        Values(json, "inputs", context.Inputs);
        Values(json, "outputs", context.Outputs);
        Texts(json, "outcomes", context.Outcomes);
        Text(json, "sentence", context.Sentence);
        Exception(json, "exception", context.Exception);
        json.WriteNumber("faults", context.FaultCount);
        if (context.EnteredBackward)
            json.WriteBoolean("backward", true);
        Scope(json, context.Scope);
        if (context.State is { } behavior)
        {
            json.WritePropertyName("state");
            JsonSerializer.Serialize(json, behavior);
        }
    }

    private static void Work(Utf8JsonWriter json, WorkItem item)
    {
        json.WriteString("node", item.Node.NodeId);
        json.WriteNumber("owner", item.Owner);
        json.WriteNumber("by", item.ScheduledBy);
        if (item.Backward)
            json.WriteBoolean("backward", true);
        Scope(json, item.Scope);
    }

    private static void Bookmark(Utf8JsonWriter json, Bookmark bookmark)
    {
        json.WriteString("id", bookmark.Id);
        json.WriteString("name", bookmark.Name);
        json.WritePropertyName("payload");
        StoredValue.Write(json, bookmark.Payload);
        json.WriteNumber("number", bookmark.Number);
        json.WriteString("activityId", bookmark.ActivityId);
        json.WriteString("nodeId", bookmark.NodeId);
        Time(json, "dueAt", bookmark.DueAt);
        json.WriteBoolean("autoComplete", bookmark.AutoComplete);
        json.WriteString("createdAt", bookmark.CreatedAt);
    }

    private static void Incident(Utf8JsonWriter json, Incident incident)
    {
        json.WriteString("activityId", incident.ActivityId);
        json.WriteString("activityNodeId", incident.ActivityNodeId);
        json.WriteString("activityType", incident.ActivityType);
        json.WriteString("message", incident.Message);
        Exception(json, "exception", incident.Exception);
        json.WriteString("timestamp", incident.Timestamp);
    }

    private static void Scope(Utf8JsonWriter json, VariableScope? scope)
    {
        if (scope is null)
            return;
        json.WriteStartArray("scope");
        for (var i = 0; i < scope.Definitions.Count; i++)
        {
            var variable = scope.Definitions[i];
            json.WriteStartObject();
            json.WriteString("id", variable.Id);
            json.WriteString("name", variable.Name);
            Text(json, "type", variable.TypeName);
            json.WriteBoolean("persistent", variable.IsPersistent);
            json.WritePropertyName("value");
            StoredValue.Write(json, scope[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Exception(Utf8JsonWriter json, string name, ExceptionState? exception)
    {
        if (exception is null)
            return;
        json.WriteStartObject(name);
        json.WriteString("type", exception.Type);
        json.WriteString("message", exception.Message);
        Exception(json, "inner", exception.InnerException);
        json.WriteEndObject();
    }

    private static void List<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Values(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, object?> values, bool always = false)
    {
        if (values.Count == 0 && !always)
            return;
        json.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            json.WritePropertyName(key);
            StoredValue.Write(json, value);
        }

        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string>? texts)
    {
        if (texts is null)
            return;
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
            json.WriteString(name, value);
    }
}

/// <summary>A stored state cannot be continued on this definition.</summary>
public sealed class InstanceStateException(string versionId, Exception cause)
    : Exception($"The stored state does not fit the definition version '{versionId}': {cause.Message}", cause);
