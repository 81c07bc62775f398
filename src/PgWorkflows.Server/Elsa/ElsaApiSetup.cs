using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>As much of Elsa's API as the real Elsa Studio needs (elsa-contract 3 and 4). What is not here answers 404.</summary>
internal static class ElsaApiSetup
{
    /// <summary>Where the API is.</summary>
    public const string Path = "/elsa/api";

    public static void AddElsaApi(this WebApplicationBuilder builder)
    {
        // A definition of the largest size inside of Studio's envelope still fits; every endpoint sets its own limit below this.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = DefinitionReader.MaxBytes + ImportFiles.MaxBytes);
        builder.Services.AddSingleton<DefinitionLinks>();
        builder.Services.AddSingleton<DefinitionModels>();
        builder.Services.AddSingleton<InstanceModels>();
        builder.Services.AddSignalR(options => options.MaximumReceiveMessageSize = 4096);
        builder.Services.AddSingleton<InstanceWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<InstanceWatch>());
    }

    public static void MapElsaApi(this WebApplication app)
    {
        var api = app.MapGroup(Path).AddEndpointFilter(AuditTrail.Write).AddEndpointFilter(Refusal.Answer);
        api.MapDefinitions();
        api.MapDefinitionChanges();
        api.MapDefinitionsBulk();
        api.MapExchange();
        api.MapSubgraphs();
        api.MapExecution();
        api.MapStimuli();
        api.MapInstances();
        api.MapJournal();
        api.MapActivityExecutions();
        api.MapDescriptors();
        api.MapScripting();
        api.MapFeatures();
        app.MapConnections("/elsa/hubs/workflow-instance", connections => connections.Use(_ => Hub(app.Services))).RequirePermission("read:workflow-instances");
    }

    /// <summary>What <c>MapHub</c> does, but when the first Studio asks: until then none of SignalR need be in memory.</summary>
    private static ConnectionDelegate Hub(IServiceProvider services)
    {
        var hub = new Lazy<ConnectionDelegate>(() => new ConnectionBuilder(services).UseHub<InstanceHub>().Build());
        return connection => hub.Value(connection);
    }
}
