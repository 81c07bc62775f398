using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Persistence.Leases;

/// <summary>
/// One state-changing action at a time per resource. The lease is a row: its fencing number grows with every holder and is read again right before
/// each effect. It has no expiry: a holder counts as dead only when its process is gone, which can be seen (docs/adr/0003).
/// </summary>
internal static class LeaseTable
{
    /// <summary>Who holds the resource; null when it is free. A holder whose process is gone still holds it until its run is closed.</summary>
    public static async Task<LeaseHolder?> HolderAsync(SqliteConnection connection, SqliteTransaction? transaction, string resource)
    {
        var row = await connection.QueryFirstOrDefaultAsync<Row>(
            """
            select resource as Resource, instance_id as InstanceId, action as Action, owner_host as Host, owner_boot as Boot, owner_pid as ProcessId,
                owner_started as Started, acquired_at as AcquiredAt, fence as Fence
            from lease where resource = @resource and instance_id is not null
            """, new { resource }, transaction);
        return row is null ? null
            : new(row.Resource, row.InstanceId, row.Action, new(row.Host, row.Boot, row.ProcessId, row.Started), row.AcquiredAt.ToInstant(), row.Fence);
    }

    /// <summary>Takes a free resource.</summary>
    /// <returns>The fencing number.</returns>
    public static Task<long> TakeAsync(
        SqliteConnection connection, SqliteTransaction transaction, string resource, string instanceId, string action, ProcessIdentity owner, long now) =>
        connection.ExecuteScalarAsync<long>(
            """
            insert into lease (resource, fence, instance_id, action, owner_host, owner_boot, owner_pid, owner_started, acquired_at)
            values (@resource, 1, @instanceId, @action, @Host, @Boot, @ProcessId, @Started, @now)
            on conflict (resource) do update set fence = fence + 1, instance_id = excluded.instance_id, action = excluded.action,
                owner_host = excluded.owner_host, owner_boot = excluded.owner_boot, owner_pid = excluded.owner_pid,
                owner_started = excluded.owner_started, acquired_at = excluded.acquired_at
            returning fence
            """, new { resource, instanceId, action, owner.Host, owner.Boot, owner.ProcessId, owner.Started, now }, transaction);

    public static async Task<bool> IsHeldAsync(SqliteConnection connection, SqliteTransaction transaction, string resource, string instanceId, long fence) =>
        await connection.ExecuteScalarAsync<long>(
            "select count(*) from lease where resource = @resource and instance_id = @instanceId and fence = @fence",
            new { resource, instanceId, fence }, transaction) == 1;

    public static Task ReleaseAsync(SqliteConnection connection, SqliteTransaction transaction, string instanceId) =>
        connection.ExecuteAsync(
            """
            update lease set instance_id = null, action = null, owner_host = null, owner_boot = null, owner_pid = null, owner_started = null, acquired_at = null
            where instance_id = @instanceId
            """, new { instanceId }, transaction);

    private sealed record Row(
        string Resource, string InstanceId, string Action, string Host, string Boot, long ProcessId, long Started, long AcquiredAt, long Fence);
}
