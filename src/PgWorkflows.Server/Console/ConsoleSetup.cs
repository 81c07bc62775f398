namespace PgWorkflows.Server.Console;

internal static class ConsoleSetup
{
    public static void AddConsole(this WebApplicationBuilder builder)
    {
    }

    public static void MapConsole(this WebApplication app)
    {
    }
}
