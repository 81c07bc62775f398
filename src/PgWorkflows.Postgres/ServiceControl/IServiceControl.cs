using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>The status of a service, with the numbers that Windows gives them (actions.md, "Words").</summary>
public enum ServiceStatus
{
    /// <summary>Not running.</summary>
    Stopped = 1,

    /// <summary>On its way to running.</summary>
    StartPending = 2,

    /// <summary>On its way to stopped.</summary>
    StopPending = 3,

    /// <summary>Running; whether it serves is another question.</summary>
    Running = 4,

    /// <summary>On its way from paused to running.</summary>
    ContinuePending = 5,

    /// <summary>On its way to paused.</summary>
    PausePending = 6,

    /// <summary>Paused by hand.</summary>
    Paused = 7,
}

/// <summary>What a query of a service found.</summary>
/// <param name="Status">The status, or null: no value (actions.md, decision 7).</param>
/// <param name="Evidence">The command behind it.</param>
/// <param name="Detail">The finding in a few words, for example <c>sc query: 4 RUNNING</c>.</param>
public sealed record ServiceQuery(ServiceStatus? Status, CommandEvidence Evidence, string Detail);

/// <summary>Whether a start or stop command was accepted.</summary>
/// <param name="Succeeded">False is the "command failed" of actions.md.</param>
/// <param name="Evidence">The command behind it.</param>
/// <param name="Detail">The finding in a few words.</param>
public sealed record ServiceCommandResult(bool Succeeded, CommandEvidence Evidence, string Detail);

/// <summary>Queries, starts and stops a resource's service in one of the ways of actions.md, decision 16.</summary>
public interface IServiceControl
{
    /// <summary>The way.</summary>
    ServiceControlKind Kind { get; }

    /// <summary>Asks for the status; whatever goes wrong is no value.</summary>
    Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken);

    /// <summary>Starts the service; running is what a query says afterwards.</summary>
    Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken);

    /// <summary>Stops the service; stopped is what a query says afterwards.</summary>
    Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken);
}

/// <summary>All ways of controlling a service; picks a resource's.</summary>
public sealed class ServiceControls(IEnumerable<IServiceControl> controls)
{
    private readonly Dictionary<ServiceControlKind, IServiceControl> _byKind = controls.ToDictionary(control => control.Kind);

    /// <summary>The real ones: pg_ctl, sc and systemd.</summary>
    public static ServiceControls Create(ICommandRunner runner, TimeProvider time) =>
        new([new PgCtlServiceControl(runner, time), new ScServiceControl(runner), new SystemdServiceControl(runner)]);

    /// <summary>The way that the resource is configured for.</summary>
    public IServiceControl For(Resource resource) => _byKind.TryGetValue(resource.ServiceControl, out var control)
        ? control
        : throw new NotSupportedException($"The service control {resource.ServiceControl} of resource '{resource.Name}' is not available in this version.");
}
