using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Demo;
using PgWorkflows.Server.Access;
using PgWorkflows.Server.Api;

namespace PgWorkflows.Server.Demo;

/// <summary>Starts the demo's resource, says where to look and how to sign in, and takes the resource away at the end.</summary>
internal sealed class DemoGuide(
    ThrowawayServer server, Installation installation, FirstCredential credential, IHostApplicationLifetime lifetime, IServiceProvider services) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await installation.Workflows.StartAsync(new ActionRequest(server.Resource.Name, ResourceAction.Restore, new("demo", "pgw serve --demo")), cancellationToken);
        lifetime.ApplicationStarted.Register(Say);
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await server.DisposeAsync();

    private void Say()
    {
        var addresses = services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features
            .Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()?.Addresses ?? [];
        System.Console.Out.WriteLine(
            $"""

            The demo protects a PostgreSQL server of its own on port {server.Resource.Port}.
              open     {string.Join(" or ", addresses)}
              sign in  {(File.Exists(credential.File) ? $"with the user and password in {credential.File}" : "as before")}
              stop     Ctrl+C; the PostgreSQL server goes with it

            """);
    }
}
