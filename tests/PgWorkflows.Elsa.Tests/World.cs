using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;

namespace PgWorkflows.Elsa.Tests;

/// <summary>The edges of one Elsa server: a script that each test puts in its place, and the one resource.</summary>
internal sealed class World : IServiceControl, IProbe, ICommandRunner, IResources
{
    public required Resource Resource { get; set; }

    public required Script Script { get; set; }

    /// <summary>What happens before a command has its effect.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

    public ServiceControlKind Kind => Script.Kind;

    public ClientKind Client => Script.Client;

    public IReadOnlyList<Resource> All => [Resource];

    public Resource? Find(string name) => string.Equals(name, Resource.Name, StringComparison.OrdinalIgnoreCase) ? Resource : null;

    public async Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken)
    {
        await Before(cancellationToken);
        return await Script.QueryAsync(resource, cancellationToken);
    }

    public async Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken)
    {
        await Before(cancellationToken);
        return await Script.StartAsync(resource, cancellationToken);
    }

    public async Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken)
    {
        await Before(cancellationToken);
        return await Script.StopAsync(resource, cancellationToken);
    }

    public Task<ProbeResult> RunAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) => Script.RunAsync(resource, kind, cancellationToken);

    public Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) => Script.AskAsync(resource, kind, cancellationToken);

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken) => Script.RunAsync(command, cancellationToken);
}
