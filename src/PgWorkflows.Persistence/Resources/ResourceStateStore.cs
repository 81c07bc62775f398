using Dapper;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Persistence.Resources;

/// <summary>What is believed of each resource; a new one is what its configuration says.</summary>
public sealed class ResourceStateStore(Database database, IResources resources, TimeProvider time) : IResourceStates
{
    /// <inheritdoc/>
    public async ValueTask<ResourceState> GetAsync(string resource, CancellationToken cancellationToken) =>
        (await FindAsync(resource, cancellationToken)).State;

    /// <summary>The state with its reason and time; of a new resource the one that its configuration gives.</summary>
    public async Task<StateFacts> FindAsync(string resource, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            "select state as State, reason as Reason, changed_at as ChangedAt from resource_state where resource = @resource",
            new { resource }, cancellationToken: cancellationToken));
        return row is null
            ? new(resources.Find(resource)?.InitialState ?? ResourceState.OSU, "as configured", null)
            : new(Enum.Parse<ResourceState>(row.State), row.Reason, row.ChangedAt.ToInstant());
    }

    /// <summary>An operator sets the state; refused while a state-changing action is under way.</summary>
    /// <returns>Who holds the resource, or null when the state was set.</returns>
    public async Task<LeaseHolder?> SetAsync(string resource, ResourceState state, string reason, string by, CancellationToken cancellationToken)
    {
        await using var connection = database.ConnectDurably();
        await using var transaction = connection.BeginTransaction();
        if (await LeaseTable.HolderAsync(connection, transaction, resource) is { } holder)
            return holder;
        await ResourceStateTable.SetAsync(connection, transaction, resource, state, reason, by, null, time.GetUtcNow().ToMicroseconds());
        cancellationToken.ThrowIfCancellationRequested();
        transaction.Commit();
        return null;
    }

    /// <summary>Who runs a state-changing action on the resource, or null.</summary>
    public async Task<LeaseHolder?> HolderAsync(string resource, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var connection = database.Connect();
        return await LeaseTable.HolderAsync(connection, null, resource);
    }

    private sealed record Row(string State, string Reason, long ChangedAt);
}

/// <summary>What is believed of a resource, why and since when.</summary>
public sealed record StateFacts(ResourceState State, string Reason, DateTimeOffset? Since);
