namespace PgWorkflows.Server.Studio;

internal static class StudioSetup
{
    public static void MapStudio(this WebApplication app)
    {
    }
}
