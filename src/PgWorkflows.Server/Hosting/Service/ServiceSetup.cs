namespace PgWorkflows.Server.Hosting.Service;

/// <summary>What a service manager needs of us, where one has started us.</summary>
internal static class ServiceSetup
{
    /// <summary>systemd is known by its socket; Windows starts us with <c>--service=NAME</c>, as <c>pgw service install</c> has told it.</summary>
    public static void AddService(this WebApplicationBuilder builder)
    {
        if (NotifySocket.OfThisProcess() is { } socket)
        {
            builder.Services.AddSingleton(socket).AddSingleton<Liveness>();
            builder.Services.AddHostedService<SystemdService>();
        }

        if (OperatingSystem.IsWindows() && builder.Configuration["service"] is { Length: > 0 } name)
            AddWindowsService(builder.Services, name);
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static void AddWindowsService(IServiceCollection services, string name) =>
        services.AddHostedService(provider => Create(name, provider));

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static WindowsService Create(string name, IServiceProvider provider) => new(name, provider.GetRequiredService<IHostApplicationLifetime>());
}
