namespace PgWorkflows.Server.Elsa;

internal static class ElsaApiSetup
{
    public static void AddElsaApi(this WebApplicationBuilder builder)
    {
    }

    public static void MapElsaApi(this WebApplication app)
    {
    }
}
