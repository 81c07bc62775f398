using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>The features by which Studio decides what it shows (elsa-contract 3.9).</summary>
internal static class FeaturesApi
{
    private sealed record Feature(string Name, string Namespace, string FullName, string DisplayName, string Description);

    private static readonly Feature[] Installed =
    [
        new("RealTimeWorkflowUpdates", "Elsa", "Elsa.RealTimeWorkflowUpdates", "Real-time workflow updates", "A run that is looked at is shown live."),
    ];

    public static void MapFeatures(this IEndpointRouteBuilder api)
    {
        var features = api.MapGroup("/features/installed").RequirePermission("read:installed-features");
        features.MapGet("/", () => ElsaJson.List(Installed));
        features.MapGet("/{fullName}", (string fullName) =>
            Installed.FirstOrDefault(feature => feature.FullName == fullName) is { } found ? ElsaJson.Ok(found) : Results.NotFound());
    }
}
