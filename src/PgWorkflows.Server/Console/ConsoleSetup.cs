using PgWorkflows.Persistence.Checks;
using PgWorkflows.Persistence.Events;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;
using PgWorkflows.Runtime.Upgrades;
using PgWorkflows.Server.Api;
using PgWorkflows.Server.Console.Assets;
using PgWorkflows.Server.Console.Pages;

namespace PgWorkflows.Server.Console;

/// <summary>The operator's console and the API for <c>pgw</c> and scripts: two faces of the same questions and actions.</summary>
internal static class ConsoleSetup
{
    public static void AddConsole(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(provider => new Reports(provider.GetRequiredService<Installation>()));
        services.AddSingleton(provider => new ShippedUpgrades(provider.GetRequiredService<Installation>()));
        services.AddSingleton(provider => new CheckHistory(provider.GetRequiredService<Installation>().Database));
        services.AddSingleton(provider => new EventSearch(provider.GetRequiredService<Installation>().Database));
        services.AddSingleton<MaintenanceSwitch>();
        services.AddSingleton<Operations>();
    }

    public static void MapConsole(this WebApplication app)
    {
        AssetEndpoints.Map(app);
        SignInPage.Map(app);
        ResourcePages.Map(app);
        ActionPages.Map(app);
        MaintenancePages.Map(app);
        RunPages.Map(app);
        EventPage.Map(app);
        AccountPage.Map(app);
        UserPages.Map(app);
        KeyPages.Map(app);
        AuditPage.Map(app);
        ApiPage.Map(app);
        ChangeStream.Map(app);
        ApiEndpoints.Map(app);
    }
}
