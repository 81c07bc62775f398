using PgWorkflows.Engine.Activities.Http;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Http;

namespace PgWorkflows.Server.Hosting;

/// <summary>The host: configuration, where it listens, and the installation it serves.</summary>
internal static class ServerHost
{
    /// <summary>A small host: no more of ASP.NET Core than is used, listening on loopback.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // The log tells of runs, not of requests.
        return builder;
    }

    /// <summary>The resources and the history that <c>PgWorkflows</c> of the configuration names.</summary>
    public static void AddInstallation(this WebApplicationBuilder builder)
    {
        var configured = ConfiguredResources.Read(builder.Configuration);
        builder.Services.AddSingleton(configured);
        var data = builder.Configuration["PgWorkflows:Data"] is { Length: > 0 } given ? Path.GetFullPath(given) : Installation.DefaultData();
        var http = HttpSender.Create(ServerOptions.Read(builder.Configuration).AllowMetadataAddresses, TimeProvider.System);
        builder.Services.AddSingleton(new Installation(configured.Usable, data, TimeProvider.System, new SendHttpRequest(http), new FlowSendHttpRequest(http)));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<RunsInBackground>();
    }
}
