using PgWorkflows.Engine.Activities.Http;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Waking;
using PgWorkflows.Server.Http;
using PgWorkflows.Server.Triggers;

namespace PgWorkflows.Server.Hosting;

/// <summary>The host: configuration, where it listens, and the installation it serves.</summary>
internal static class ServerHost
{
    /// <summary>A start or stop that is under way when we are told to stop may take as long as its limit.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(75);

    /// <summary>A small host: no more of ASP.NET Core than is used, listening on loopback.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical); // Why it did not start, StartProblems says.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // The log tells of runs, not of requests.
        return builder;
    }

    /// <summary>The resources and the history that <c>PgWorkflows</c> of the configuration names.</summary>
    public static void AddInstallation(this WebApplicationBuilder builder, ServerSettings settings)
    {
        builder.Services.AddSingleton(settings.Resources).AddSingleton(settings.Server).AddSingleton(settings.Retention);
        var data = ServerSettings.DataOf(builder.Configuration);
        var responses = new HttpResponses();
        var http = HttpSender.Create(settings.Server.AllowMetadataAddresses, TimeProvider.System);
        var installation = new Installation(settings.Resources.Usable, data, TimeProvider.System, new InstallationHost
        {
            Kind = OwnerKind.Server,
            Channels = settings.Channels,
            Activities = [new SendHttpRequest(http), new FlowSendHttpRequest(http), new WriteHttpResponse(responses)],
        });
        ServerSeat.Take(installation.Database, TimeProvider.System);
        builder.Services.AddSingleton(installation).AddSingleton(responses);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainLimit);
        builder.Services.AddHostedService<EventDelivery>();
        builder.Services.AddHostedService<RunsInBackground>();
        builder.Services.AddHostedService<KeepsHistory>().AddHostedService<WatchesHistory>();
        if (OperatingSystem.IsLinux()) // Elsewhere nobody has measured what it is worth.
            builder.Services.AddHostedService<GivesBackMemory>();
        builder.Services.AddSingleton<IAlarmClock, QuartzAlarmClock>().AddHostedService<ProtectionService>();
    }
}
