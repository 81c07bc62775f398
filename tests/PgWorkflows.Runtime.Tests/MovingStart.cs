using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Runtime.Tests;

/// <summary>A start that takes its time: each look at the service finds one line more in the log, until it runs.</summary>
internal sealed class MovingStart(ServiceStatus?[] statuses, string folder, int moves) : Script(statuses)
{
    private readonly string _log = Path.Combine(folder, "server.log");
    private int _left = moves;

    public Resource Configure(Resource resource) => GuardedAnswers.Guarded(resource) with { LogFile = _log };

    public override async Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken)
    {
        var query = await base.QueryAsync(resource, cancellationToken);
        if (query.Status != ServiceStatus.StartPending)
            return query;
        await File.AppendAllTextAsync(_log, $"LOG:  redo in progress, elapsed time: {_left} s\nFATAL:  the database system is starting up\n", cancellationToken);
        return --_left > 0 ? query : query with { Status = ServiceStatus.Running };
    }
}
