using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>What wakes runs from outside: events, and tasks that somebody reports as done (elsa-contract 7.4).</summary>
internal static class StimuliApi
{
    private const string Task = "Elsa.RunTask";

    public static void MapStimuli(this IEndpointRouteBuilder api)
    {
        api.MapPost("/events/{eventName}/trigger", TriggerAsync).RequirePermission("trigger:event");
        api.MapPost("/tasks/{taskId}/complete", CompleteAsync).RequirePermission("tasks:complete");
    }

    /// <summary>Publishes an event: it is stored, and delivered at once to the workflows that begin with it and the runs that wait for it.</summary>
    private static async Task<IResult> TriggerAsync(string eventName, HttpContext context, Installation installation)
    {
        if (eventName.Length > 200)
            throw new Refusal("eventName", "The name of an event has at most 200 characters.");
        if (eventName.StartsWith("PgWorkflows.", StringComparison.OrdinalIgnoreCase))
            throw new Refusal("eventName", "Events that begin with 'PgWorkflows.' are published by PgWorkflows only: recovery acts on them. Choose another name.");
        var body = await RequestBody.ReadOptionalAsync(context);
        await installation.Waking.PublishAsync(new EventPublished(eventName, body.Text("correlationId", 200), body.Get("input"), body.Text("workflowInstanceId", 200)));
        installation.Workflows.Published?.Invoke();
        return Results.Ok();
    }

    private static async Task<IResult> CompleteAsync(string taskId, HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadOptionalAsync(context);
        if (await installation.Waking.WaitsAsync(Task, taskId, null, null, cancellationToken) is not [var wait]
            || !await installation.Workflows.WakeAsync(wait.InstanceId, new Letter.Stimulus(wait.BookmarkId, body.Get("result")), CancellationToken.None))
            return Results.NotFound();
        return Results.Ok();
    }
}
