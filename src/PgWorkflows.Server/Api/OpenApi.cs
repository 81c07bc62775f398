using System.Reflection;

namespace PgWorkflows.Server.Api;

/// <summary>The description of our API: kept by hand, held to the routes by a test.</summary>
internal static class OpenApi
{
    public static IResult Get() => Results.Stream(Document(), "application/json");

    public static Stream Document() => Assembly.GetExecutingAssembly().GetManifestResourceStream("openapi.json") ?? throw new FileNotFoundException("openapi.json");
}
