using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.Activities;

/// <summary>A world that answers as it is told to: service manager, client, pg_ctl and the store of states.</summary>
internal sealed class ScriptedEdges : IServiceControl, IProbe, IResourceStates, ICommandRunner
{
    public static readonly CommandEvidence Evidence = new("it", 1, "it said so");

    public Resource Resource { get; set; } = TestResource.Create();

    public ResourceState State { get; set; } = ResourceState.ISP;

    public ServiceStatus? Status { get; set; } = ServiceStatus.Running;

    public bool Accepts { get; set; } = true;

    public CommandResult Result { get; set; } = new() { Command = "", ExitCode = 0 };

    public ServiceControlKind Kind => Resource.ServiceControl;

    public ClientKind Client => Resource.Client;

    public IReadOnlyList<IActivity> Activities() => PostgresActivities.Create(
        new ResourceList([Resource]), this, new ServiceControls([this]), new ProbeClients([this]), this, "node1");

    public ValueTask<ResourceState> GetAsync(string resource, CancellationToken cancellationToken) => ValueTask.FromResult(State);

    public Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken) =>
        Task.FromResult(new ServiceQuery(Status, Evidence, "sc query: it"));

    public Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken) =>
        Task.FromResult(new ServiceCommandResult(Accepts, Evidence, "sc start: it"));

    public Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken) =>
        Task.FromResult(new ServiceCommandResult(Accepts, Evidence, "sc stop: it"));

    public Task<ProbeResult> RunAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) =>
        Task.FromResult(new ProbeResult(Accepts, Evidence));

    public ServerAnswer Answer { get; set; } = new(AnswerKind.Answered, null, null, Evidence);

    public Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) => Task.FromResult(Answer);

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken) =>
        Task.FromResult(Result with { Command = command.Display });
}
