using PgWorkflows.Persistence.Users;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Hosting;

namespace PgWorkflows.Server.Api;

/// <summary>Our own API, for <c>pgw</c> and scripts; openapi.json beside this file describes it.</summary>
internal static class ApiEndpoints
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        api.MapGet("/openapi.json", OpenApi.Get).RequirePermission(Permissions.ReadResources);
        api.MapGet("/resources", async (Reports reports, CancellationToken aborted) => ApiJson.Ok(await reports.ResourcesAsync(aborted))).RequirePermission(Permissions.ReadResources);
        api.MapGet("/problems", (ConfiguredResources configured) => ApiJson.Ok(configured.Problems)).RequirePermission(Permissions.ReadResources);
        api.MapPost("/resources/{name}/actions/{action}", RunAsync).RequirePermission(Permissions.ExecActions);
        MaintenanceEndpoints.Map(api);
        api.MapGet("/runs", RunsAsync).RequirePermission(Permissions.ReadResources);
        api.MapGet("/runs/{id}", RunOfIdAsync).RequirePermission(Permissions.ReadResources);
        api.MapGet("/events", EventsAsync).RequirePermission(Permissions.ReadResources);
        StateEndpoints.Map(api);
        UpgradeEndpoints.Map(api);
        api.MapPost("/access-token", TokenAsync).RequirePermission(Permissions.ReadAccount);
    }

    private static async Task<IResult> RunAsync(HttpContext context, Operations operations, Reports reports, TimeProvider time, string name, string action, int? wait)
    {
        if (wait is < 0 or > 300)
            return ApiJson.Problem(400, "wait", $"wait is {wait}. Give seconds from 0 to {LongestWait.TotalSeconds}.");
        if (ResourceAction.All.FirstOrDefault(known => known.Name == action) is not { } known)
            return ApiJson.Problem(404, "action", $"There is no such action. Known are: {string.Join(", ", ResourceAction.All.Select(one => one.Name))}.");

        switch (await operations.StartAsync(context, name, known, "api"))
        {
            case StartOutcome.NeedsResource:
                return ApiJson.Problem(404, "name", "There is no such resource. GET /api/resources lists them.");
            case StartOutcome.Busy(var holder):
                return Results.Problem($"'{holder.Resource}' is busy: {holder} is under way. Nothing was done.", statusCode: 409,
                    extensions: new Dictionary<string, object?> { ["holder"] = new { Run = holder.InstanceId, holder.Action, holder.Since } });
            case StartOutcome.Started(var runId, _, var end):
                await end.WaitAsync(TimeSpan.FromSeconds(wait ?? 30), time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (await reports.FindAsync(runId, context.RequestAborted) is not FoundRun.One(var run))
                    throw new InvalidOperationException($"The run {runId} was begun and is not in the history.");
                if (!run.IsRunning)
                    return ApiJson.Ok(run);
                context.Response.Headers.Location = $"/api/runs/{runId}";
                return ApiJson.Ok(run, StatusCodes.Status202Accepted);
            case var other:
                throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}");
        }
    }

    private static async Task<IResult> RunsAsync(Reports reports, string? resource, int? last, CancellationToken aborted) =>
        BadList(resource, last) ?? ApiJson.Ok(await reports.RunsAsync(resource, last ?? 20, aborted));

    private static async Task<IResult> EventsAsync(Reports reports, string? resource, int? last, CancellationToken aborted) =>
        BadList(resource, last) ?? ApiJson.Ok(await reports.EventsAsync(resource, last ?? 50, aborted));

    private static async Task<IResult> RunOfIdAsync(Reports reports, string id, CancellationToken aborted) => id.Length > 64
        ? ApiJson.Problem(400, "id", "A run's id has at most 64 characters.")
        : await reports.FindAsync(id, aborted) switch
        {
            FoundRun.One(var run) => ApiJson.Ok(run),
            FoundRun.Several => ApiJson.Problem(409, "id", "Several runs begin so. Give more of the id."),
            _ => ApiJson.Problem(404, "id", "No run begins so. GET /api/runs lists them."),
        };

    /// <summary>A token for the pages of a signed-in user; a key needs none, and no token makes another.</summary>
    private static async Task<IResult> TokenAsync(HttpContext context, AccessTokens tokens, UserStore users, TimeProvider time)
    {
        if (context.User.Identity?.AuthenticationType == KeyAuthentication.SchemeName || Caller.Of(context.User)?.User is not { } name
            || await users.FindAsync(name, context.RequestAborted) is not { } user)
            return ApiJson.Problem(403, "Authorization", "Tokens are for users who are signed in with their browser.");
        return ApiJson.Ok(new { AccessToken = tokens.Issue(user.Name, user.Stamp), ExpiresAt = time.GetUtcNow() + AccessTokens.Lifetime });
    }

    private static IResult? BadList(string? resource, int? last) =>
        last is < 1 or > 100_000 ? ApiJson.Problem(400, "last", "last is a number from 1 to 100000.")
        : resource?.Length > 200 ? ApiJson.Problem(400, "resource", "A resource's name has at most 200 characters.") : null;
}
