using PgWorkflows.Cli.Output;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;

namespace PgWorkflows.Cli.Targets;

/// <summary>Where a command does its work: on this machine's installation, or through a server.</summary>
internal interface ITarget : IDefinitionsTarget, IDisposable
{
    /// <summary>Where resources are configured, for messages.</summary>
    string Place { get; }

    /// <summary>What is wrong with resources that are left out.</summary>
    Task<IReadOnlyList<ConfigurationProblem>> ProblemsAsync(CancellationToken cancellationToken);

    /// <summary>Runs an action to its end.</summary>
    Task<RunReport> RunAsync(string resource, ResourceAction action, CliOutput output, CancellationToken cancellationToken);

    /// <summary>Sets what is believed of a resource; refused while a state-changing action is under way.</summary>
    Task SetStateAsync(string resource, ResourceState state, CancellationToken cancellationToken);

    Task<IReadOnlyList<ResourceReport>> ResourcesAsync(CancellationToken cancellationToken);

    /// <summary>One resource; an unknown one is a mistake.</summary>
    Task<ResourceReport> ResourceAsync(string name, CancellationToken cancellationToken);

    /// <summary>The newest first; an unknown resource without a history is a mistake.</summary>
    Task<IReadOnlyList<RunSummary>> RunsAsync(string? resource, int most, CancellationToken cancellationToken);

    Task<RunReport> RunAsync(string id, CancellationToken cancellationToken);

    /// <summary>The newest first; an unknown resource without events is a mistake.</summary>
    Task<IReadOnlyList<EventReport>> EventsAsync(string? resource, int most, CancellationToken cancellationToken);

    /// <summary>The resources that are in maintenance now.</summary>
    Task<IReadOnlyList<MaintenanceMode>> MaintenanceAsync(CancellationToken cancellationToken);

    Task<MaintenanceMode> BeginMaintenanceAsync(string resource, MaintenanceRequest request, CancellationToken cancellationToken);

    Task EndMaintenanceAsync(string resource, CancellationToken cancellationToken);
}
