using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Probes;

/// <summary>The two questions that deepCheck puts to a server.</summary>
public enum ProbeKind
{
    /// <summary>Step (5): the system relations of the check database (<c>\dS</c>).</summary>
    SystemRelations,

    /// <summary>Step (6), the fallback: the list of databases (<c>-l</c>).</summary>
    DatabaseList,
}

/// <summary>What a probe found.</summary>
/// <param name="Succeeded">The server answered.</param>
/// <param name="Evidence">What was run, and what it said.</param>
public sealed record ProbeResult(bool Succeeded, CommandEvidence Evidence);

/// <summary>Connects to a server anew and asks, within the resource's limit.</summary>
public interface IProbe
{
    /// <summary>What it connects with.</summary>
    ClientKind Client { get; }

    /// <summary>Runs the probe; a server that does not answer is a result.</summary>
    Task<ProbeResult> RunAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken);

    /// <summary>Asks the same, and what the server says of itself besides: for those who judge by more than yes and no (docs/profiles.md).</summary>
    Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken);
}

/// <summary>All clients; picks a resource's.</summary>
public sealed class ProbeClients(IEnumerable<IProbe> probes)
{
    private readonly Dictionary<ClientKind, IProbe> _byClient = probes.ToDictionary(probe => probe.Client);

    /// <summary>The real ones: psql and Npgsql.</summary>
    public static ProbeClients Create(ICommandRunner runner, TimeProvider time)
    {
        var npgsql = new NpgsqlProbe(time);
        return new([new PsqlProbe(runner, npgsql), npgsql]);
    }

    /// <summary>The client that the resource is configured for.</summary>
    public IProbe For(Resource resource) => _byClient[resource.Client];
}
