using System.Text.Json;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting.Behaviors;

/// <summary>Waits for a named event; as the trigger that started the run it completes at once.</summary>
internal sealed class Event : Behavior
{
    public const string Bookmark = "Elsa.Event";

    public override void Execute(Burst burst, ActivityContext self)
    {
        if (burst.IsTrigger(self, out var payload))
            Resumed(burst, self, payload);
        else
            burst.Wait(self, new BookmarkRequest(Bookmark, new { EventName = ValueConverter.ToText(self.Inputs.GetValueOrDefault("EventName")) }));
    }

    public override void Resumed(Burst burst, ActivityContext self, object? input) =>
        burst.Complete(self, outputs: input is null ? null : new Dictionary<string, object?> { ["Result"] = input });
}

/// <summary>Tells everybody, or this run only, that something happened; the host delivers it after the step is stored.</summary>
internal sealed class PublishEvent : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var correlationId = self.Inputs.GetValueOrDefault("CorrelationId") is { } given ? ValueConverter.ToText(given) : null;
        burst.Emit(new EventPublished(
            ValueConverter.ToText(self.Inputs.GetValueOrDefault("EventName")), correlationId, self.Inputs.GetValueOrDefault("Payload"),
            self.Inputs.GetValueOrDefault("IsLocalEvent") is true ? burst.InstanceId : null));
        burst.Complete(self);
    }
}

/// <summary>An event to be delivered to whoever waits for it, and to the workflows that begin with it.</summary>
/// <param name="Name">The event's name.</param>
/// <param name="CorrelationId">Only runs with this correlation id are meant; null for all.</param>
/// <param name="Payload">What comes with it.</param>
/// <param name="OnlyInstanceId">Only this run is meant; null for all.</param>
public sealed record EventPublished(string Name, string? CorrelationId, object? Payload, string? OnlyInstanceId) : Emission
{
    private static readonly JsonElement Nothing = JsonSerializer.SerializeToElement(new object());

    /// <summary>What a taker gets as Result: without payload an empty object, as in Elsa, not null.</summary>
    public object Result => Payload ?? Nothing;
}

/// <summary>Asks somebody outside to do something, and waits until it is reported as done.</summary>
internal sealed class RunTask : Behavior
{
    public const string Bookmark = "Elsa.RunTask";

    public override void Execute(Burst burst, ActivityContext self)
    {
        var name = ValueConverter.ToText(self.Inputs.GetValueOrDefault("TaskName"));
        var task = ChildIds.Of($"{burst.InstanceId}:{self.Number}", 0);
        burst.Emit(new TaskRequested(task, name, self.Inputs.GetValueOrDefault("Payload")));
        burst.Wait(self, new BookmarkRequest(Bookmark, new { TaskId = task, TaskName = name }));
    }

    public override void Resumed(Burst burst, ActivityContext self, object? input) =>
        burst.Complete(self, outputs: new Dictionary<string, object?> { ["Result"] = input });
}

/// <summary>A task that somebody outside is asked to do; reporting it as done resumes the bookmark whose payload has its id.</summary>
public sealed record TaskRequested(string TaskId, string TaskName, object? Payload) : Emission;
