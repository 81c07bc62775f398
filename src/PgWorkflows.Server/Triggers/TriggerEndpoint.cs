using PgWorkflows.Engine.Values;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Persistence.Waking;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Waking;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Elsa;

namespace PgWorkflows.Server.Triggers;

/// <summary>Requests under /workflows: they start workflows, or wake runs that wait for them, and are answered by them (elsa-contract 7.2).</summary>
internal sealed class TriggerEndpoint(Installation installation, EndpointMatch match, TriggerAccess access, HttpResponses responses, Auditor audit, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(5);

    public async Task<IResult> HandleAsync(HttpContext context, string? path)
    {
        var aborted = context.RequestAborted;
        var method = context.Request.Method.ToLowerInvariant();
        var route = "/" + (path ?? "").Trim('/');
        if (route.Contains("//", StringComparison.Ordinal))
            throw new Refusal(StatusCodes.Status400BadRequest, "path", "The path has an empty part (//).");

        var triggers = await match.TriggersAsync(method, route, aborted);
        if (triggers.Count > 1)
            return Ambiguous(triggers.Select(one => one.Trigger.Version.Name));
        if (triggers is [var (trigger, values)])
        {
            if (await access.RefuseAsync(context, trigger.Version.VersionId, trigger.Text("Policy"), aborted) is { } refusal)
                return refusal;
            return await StartAsync(context, trigger, values);
        }

        var waits = await match.WaitsAsync(method, route, Given(context, "X-Correlation-ID", "correlationId"), Given(context, "X-Workflow-Instance-ID", "workflowInstanceId"), aborted);
        return waits switch
        {
            [] when TriggerAccess.RefuseStranger(context) is { } stranger => stranger,
            [] => Results.Problem("No published workflow begins with this request, and no run waits for it.", statusCode: StatusCodes.Status404NotFound),
            [var (wait, found)] => await ResumeAsync(context, wait, found),
            _ when TriggerAccess.RefuseStranger(context) is { } stranger => stranger,
            _ => Ambiguous(waits.Select(one => $"run {one.Wait.InstanceId}")),
        };
    }

    private async Task<IResult> StartAsync(HttpContext context, IndexedTrigger trigger, RouteValueDictionary route)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return Stopping(context);
        var input = await RequestContent.ReadAsync(context, route, trigger.Trigger.Inputs.GetValueOrDefault("RequestSizeLimit") as long?);
        var id = RunIds.New();
        var answer = responses.Expect(id);
        try
        {
            var start = trigger.Start(ExecutionApi.OriginOf(context), ValueConverter.ToElement(input)) with
            {
                RunId = id,
                CorrelationId = Given(context, "X-Correlation-ID", "correlationId"),
                Input = new Dictionary<string, object?> { ["Path"] = context.Request.Path.Value },
            };
            switch (await installation.Workflows.StartAsync(start, CancellationToken.None))
            {
                case StartOutcome.Started(_, var rested, _):
                    await audit.WriteAsync(context, "trigger", trigger.Version.DefinitionId, "begun", $"run {id}", Caller.Of(context.User)?.Name ?? "(anonymous)");
                    return await AnswerAsync(context, id, answer, rested, TimeoutOf(trigger.Trigger.Inputs.GetValueOrDefault("RequestTimeout") as TimeSpan?));
                case StartOutcome.Refused:
                    return Results.Problem($"The activation strategy of '{trigger.Version.Name}' allows no other run now.", statusCode: StatusCodes.Status409Conflict);
                case var other:
                    throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}");
            }
        }
        finally
        {
            responses.Forget(id);
        }
    }

    private async Task<IResult> ResumeAsync(HttpContext context, StoredWait wait, RouteValueDictionary route)
    {
        if (await match.AskedAsync(wait, context.RequestAborted) is not { } asked)
            return TriggerAccess.RefuseStranger(context) ?? Results.Problem($"The run {wait.InstanceId} does not wait any more.", statusCode: StatusCodes.Status404NotFound);
        if (await access.RefuseAsync(context, asked.VersionId, asked.Policy, context.RequestAborted) is { } refusal)
            return refusal;
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return Stopping(context);
        var input = await RequestContent.ReadAsync(context, route, asked.SizeLimit);
        var answer = responses.Expect(wait.InstanceId);
        try
        {
            var woken = await installation.Workflows.WakeAsync(wait.InstanceId, new Letter.Stimulus(wait.BookmarkId, ValueConverter.ToElement(input)), CancellationToken.None);
            await audit.WriteAsync(context, "resume", wait.InstanceId, woken ? "begun" : "refused");
            return woken
                ? await AnswerAsync(context, wait.InstanceId, answer, installation.Workflows.EndOf(wait.InstanceId), TimeoutOf(asked.Timeout))
                : Results.Problem($"The run {wait.InstanceId} does not wait any more.", statusCode: StatusCodes.Status404NotFound);
        }
        finally
        {
            responses.Forget(wait.InstanceId);
        }
    }

    private async Task<IResult> AnswerAsync(HttpContext context, string id, Task<Engine.Activities.Http.HttpAnswer> answer, Task rested, TimeSpan timeout)
    {
        var limit = Task.Delay(timeout, installation.Time, context.RequestAborted);
        var first = await Task.WhenAny(answer, rested, limit);
        if (answer.IsCompletedSuccessfully)
            return new WrittenAnswer(await answer);
        if (first == limit)
        {
            await installation.Workflows.CancelAsync(id, $"the request was not answered within {timeout}", CancellationToken.None);
            return Results.Problem($"The workflow did not answer within {timeout}; its run {id} was cancelled.", statusCode: StatusCodes.Status408RequestTimeout);
        }

        var facts = await installation.Instances.FindAsync(id, CancellationToken.None);
        return facts?.SubStatus == nameof(Engine.Instances.WorkflowSubStatus.Faulted)
            ? Results.Json(new { errorMessage = $"The workflow ended by an incident. Its run is {id}." }, statusCode: StatusCodes.Status500InternalServerError)
            : Results.Ok();
    }

    private static TimeSpan TimeoutOf(TimeSpan? asked) => asked is { Ticks: > 0 } given && given < LongestRequest ? given : LongestRequest;

    private static string? Given(HttpContext context, string header, string query) =>
        (context.Request.Headers[header].FirstOrDefault() ?? context.Request.Query[query].FirstOrDefault()) is { Length: > 0 and <= 200 } given ? given : null;

    private static IResult Stopping(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "5";
        return Results.Problem("The server is being stopped. Ask again in some seconds.", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Ambiguous(IEnumerable<string> workflows) =>
        Results.Json(new { errorMessage = "The request matches more than one workflow.", workflows = workflows.ToArray() }, statusCode: StatusCodes.Status500InternalServerError);
}
