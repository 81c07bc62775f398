using PgWorkflows.Engine.Activities.Http;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Retention;
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
        var resources = ResourceConfiguration.Read(builder.Configuration, "appsettings.json") switch
        {
            ResourceConfiguration.Valid(var valid) => valid,
            ResourceConfiguration.Invalid(var problems) => throw new InvalidOperationException(string.Join(Environment.NewLine, problems)),
            var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
        };
        var data = builder.Configuration["PgWorkflows:Data"] is { Length: > 0 } given ? Path.GetFullPath(given) : Installation.DefaultData();
        var http = HttpSender.Create(ServerOptions.Read(builder.Configuration).AllowMetadataAddresses, TimeProvider.System);
        builder.Services.AddSingleton(new Installation(resources, data, TimeProvider.System, new SendHttpRequest(http), new FlowSendHttpRequest(http)));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<RunsInBackground>();
        builder.Services.AddSingleton(RetentionOptions.Read(builder.Configuration, out var retention));
        if (retention.Count > 0)
            throw new ServerConfigurationException(retention);
        builder.Services.AddHostedService<KeepsHistory>();
    }
}
