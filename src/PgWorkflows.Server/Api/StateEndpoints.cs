using System.Text.Json;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Api;

/// <summary>Sets what is believed of a resource (actions.md, decision 13).</summary>
internal static class StateEndpoints
{
    private const int LongestBody = 1000;

    public static void Map(RouteGroupBuilder api) => api.MapPut("/resources/{name}/state", SetAsync).RequirePermission(Permissions.ExecActions);

    private static async Task<IResult> SetAsync(HttpContext context, string name, Installation installation, Auditor audit)
    {
        if (installation.Resources.Find(name) is not { } resource)
            return ApiJson.Problem(404, "name", "There is no such resource. GET /api/resources lists them.");
        if (await ReadAsync(context.Request) is not { } state)
            return ApiJson.Problem(400, "state", "A body such as {\"state\": \"ISP\"} is expected; the states are ISP, ISU, OSU and OSF.");

        var by = Caller.Of(context.User)!.Name;
        await installation.Runs.CloseGoneAsync(null, context.RequestAborted);
        var holder = await installation.States.SetAsync(resource.Name, state, $"set by {by}", by, context.RequestAborted);
        await audit.WriteAsync(context, "state-set", resource.Name, holder is null ? "done" : "refused", holder is null ? $"{state}" : $"busy: {holder}");
        if (holder is not null)
            return ApiJson.Problem(409, "name", $"'{resource.Name}' is busy: {holder} is under way. The state was not changed.");
        var facts = await installation.States.FindAsync(resource.Name, context.RequestAborted);
        return ApiJson.Ok(new { Resource = resource.Name, facts.State, facts.Reason, facts.Since });
    }

    /// <summary>The state that the body names; null when it names none.</summary>
    private static async Task<ResourceState?> ReadAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType() || request.ContentLength is null or > LongestBody)
            return null;
        try
        {
            using var json = await JsonDocument.ParseAsync(request.Body, default, request.HttpContext.RequestAborted);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("state", out var word) && word.ValueKind == JsonValueKind.String
                && Enum.GetNames<ResourceState>().Contains(word.GetString()) ? Enum.Parse<ResourceState>(word.GetString()!) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
