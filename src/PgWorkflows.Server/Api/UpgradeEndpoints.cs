using PgWorkflows.Runtime.Upgrades;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Api;

/// <summary>Edits of workflow definitions beside the versions that came with the program.</summary>
internal static class UpgradeEndpoints
{
    private const int LongestId = 200;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/definitions", async (ShippedUpgrades upgrades, CancellationToken aborted) => ApiJson.Ok(await upgrades.ListAsync(aborted))).RequirePermission("read:workflow-definitions");
        api.MapGet("/definitions/{id}/difference", DifferenceAsync).RequirePermission("read:workflow-definitions");
        api.MapPost("/definitions/{id}/accept", (HttpContext context, string id, ShippedUpgrades upgrades, Auditor audit) =>
            PublishAsync(context, id, "definition-accepted", upgrades.AcceptAsync, audit)).RequirePermission("publish:workflow-definitions");
        api.MapPost("/definitions/{id}/reset", (HttpContext context, string id, ShippedUpgrades upgrades, Auditor audit) =>
            PublishAsync(context, id, "definition-reset", upgrades.ResetAsync, audit)).RequirePermission("publish:workflow-definitions");
    }

    private static async Task<IResult> DifferenceAsync(string id, ShippedUpgrades upgrades, CancellationToken aborted) =>
        Answer(id.Length > LongestId ? new UpgradeAnswer.Unknown() : await upgrades.CompareAsync(id, aborted));

    private static async Task<IResult> PublishAsync(
        HttpContext context, string id, string what, Func<string, CancellationToken, Task<UpgradeAnswer>> publish, Auditor audit)
    {
        var answer = id.Length > LongestId ? new UpgradeAnswer.Unknown() : await publish(id, context.RequestAborted);
        var (outcome, detail) = answer switch
        {
            UpgradeAnswer.Published(var done) => ("done", $"version {done.Version} acts{(done.Replaced is { } edit ? $" in place of the edit {edit}" : "")}"),
            UpgradeAnswer.Nothing(var why) => ("refused", why),
            UpgradeAnswer.Invalid => ("refused", "the shipped version is not valid beside the other definitions"),
            _ => ("refused", "no such definition"),
        };
        await audit.WriteAsync(context, what, id, outcome, detail);
        return Answer(answer);
    }

    private static IResult Answer(UpgradeAnswer answer) => answer switch
    {
        UpgradeAnswer.Compared(var comparison) => ApiJson.Ok(comparison),
        UpgradeAnswer.Published(var done) => ApiJson.Ok(done),
        UpgradeAnswer.Nothing(var why) => ApiJson.Problem(409, "definition", why),
        UpgradeAnswer.Invalid(var errors) => ApiJson.Problem(422, "definition", string.Join(' ', errors)),
        UpgradeAnswer.Unknown => ApiJson.Problem(404, "definition", "There is no such definition. GET /api/definitions lists them."),
        var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
    };
}
