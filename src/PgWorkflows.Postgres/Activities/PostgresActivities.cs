using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Activities;

/// <summary>The activities that the five actions are made of.</summary>
public static class PostgresActivities
{
    internal const string Category = "PostgreSQL";

    /// <summary>All activities, over the real service managers and clients.</summary>
    public static IReadOnlyList<IActivity> Create(IResources resources, IResourceStates states, TimeProvider time, string? node = null)
    {
        var runner = new CommandRunner(time);
        return Create(resources, states, ServiceControls.Create(runner, time), ProbeClients.Create(runner, time), runner, node, time);
    }

    /// <summary>All activities over given edges.</summary>
    /// <param name="resources">The protected servers.</param>
    /// <param name="states">What is believed of them.</param>
    /// <param name="controls">The ways of controlling services.</param>
    /// <param name="probes">The clients.</param>
    /// <param name="runner">Runs <c>pg_ctl status</c>.</param>
    /// <param name="node">What <c>[node]</c> prints; by default the machine's name.</param>
    /// <param name="time">The clock; by default the system's.</param>
    public static IReadOnlyList<IActivity> Create(
        IResources resources, IResourceStates states, ServiceControls controls, ProbeClients probes, ICommandRunner runner, string? node = null,
        TimeProvider? time = null)
    {
        node ??= Environment.MachineName;
        return
        [
            new CheckResourceState(resources, states),
            new QueryService(resources, controls),
            new StartService(resources, controls),
            new StopService(resources, controls),
            new PgCtlStatus(resources, runner),
            new MatchPort(resources),
            new PsqlConnect(resources, probes),
            new ProbeServer(resources, probes),
            new CheckPostmaster(resources),
            new StartupProgress(resources, time ?? TimeProvider.System),
            new LogEvent(resources, node),
            new Repeat(resources),
            new SetResourceState(resources),
            new EndAction(resources, node),
        ];
    }
}
