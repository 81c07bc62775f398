using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Api;

/// <summary>Maintenance of a resource in the API: ask, switch on, switch off.</summary>
internal static class MaintenanceEndpoints
{
    private const string Route = "/resources/{name}/maintenance";
    private const int LargestBody = 16 * 1024;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/maintenance", async (MaintenanceSwitch maintenance, CancellationToken aborted) =>
            ApiJson.Ok(await maintenance.AllAsync(aborted))).RequirePermission(Permissions.ReadResources);
        api.MapGet(Route, NowAsync).RequirePermission(Permissions.ReadResources);
        api.MapPut(Route, OnAsync).RequirePermission(Permissions.ExecActions);
        api.MapDelete(Route, OffAsync).RequirePermission(Permissions.ExecActions);
    }

    private static async Task<IResult> NowAsync(MaintenanceSwitch maintenance, string name, CancellationToken aborted) =>
        maintenance.Find(name) is { } resource ? Answer(resource, await maintenance.NowAsync(resource, aborted)) : Unknown();

    private static async Task<IResult> OnAsync(HttpContext context, MaintenanceSwitch maintenance, string name)
    {
        if (maintenance.Find(name) is not { } resource)
            return Unknown();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = LargestBody;

        Wanted? wanted;
        try
        {
            wanted = await JsonSerializer.DeserializeAsync<Wanted>(context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted);
        }
        catch (JsonException)
        {
            wanted = null;
        }

        if (wanted is null)
            return ApiJson.Problem(400, "body", "The body is no such JSON. Send {\"reason\": \"new disks\", \"for\": \"2h\"}.");
        return MaintenanceRequest.Read(wanted.Reason, wanted.For, out var problem) is { } request
            ? Answer(resource, await maintenance.OnAsync(context, resource, request))
            : ApiJson.Problem(400, problem!.Field, problem.Cure);
    }

    private static async Task<IResult> OffAsync(HttpContext context, MaintenanceSwitch maintenance, string name)
    {
        if (maintenance.Find(name) is not { } resource)
            return Unknown();
        await maintenance.OffAsync(context, resource);
        return Answer(resource, null);
    }

    private static IResult Answer(Resource resource, MaintenanceMode? mode) => ApiJson.Ok(new { Resource = resource.Name, Maintenance = mode });

    private static IResult Unknown() => ApiJson.Problem(404, "name", "There is no such resource. GET /api/resources lists them.");

    private sealed record Wanted(string? Reason, string? For);
}
