using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Persistence.Hosted;

/// <summary>The rows of hosted runs; both homes look at them.</summary>
internal static class HostedRunTable
{
    public static Task<HostedRow?> FindAsync(SqliteConnection connection, SqliteTransaction? transaction, string id) =>
        connection.QueryFirstOrDefaultAsync<HostedRow?>(Select + " where id = @id", new { id }, transaction);

    public static Task<IEnumerable<HostedRow>> OpenAsync(SqliteConnection connection) => connection.QueryAsync<HostedRow>(Select + " where ended_at is null");

    public static Task AddAsync(SqliteConnection connection, SqliteTransaction transaction, HostedRun run, ProcessIdentity owner, long now) =>
        connection.ExecuteAsync(
            """
            insert into hosted_run (id, resource, action, kind, owner_host, owner_boot, owner_pid, owner_started, began_at)
            values (@Id, @Resource, @Action, @kind, @Host, @Boot, @ProcessId, @Started, @now)
            """, new { run.Id, run.Resource, run.Action, kind = Word(run.Kind), owner.Host, owner.Boot, owner.ProcessId, owner.Started, now }, transaction);

    /// <summary>When a resource was checked last decides when it is due again, whoever checked it.</summary>
    public static Task NoteCheckAsync(SqliteConnection connection, SqliteTransaction transaction, HostedRun run, long now) =>
        connection.ExecuteAsync(
            """
            insert into last_check (resource, action, instance_id, started_at) values (@Resource, @Action, @Id, @now)
            on conflict (resource, action) do update set instance_id = excluded.instance_id, started_at = excluded.started_at
            """, new { run.Resource, run.Action, run.Id, now }, transaction);

    /// <summary>The process that carries a run now; another one of a cluster may have had it before.</summary>
    public static Task TakeOverAsync(SqliteConnection connection, SqliteTransaction transaction, string id, ProcessIdentity owner) =>
        connection.ExecuteAsync(
            """
            update hosted_run set owner_host = @Host, owner_boot = @Boot, owner_pid = @ProcessId, owner_started = @Started where id = @id;
            update lease set owner_host = @Host, owner_boot = @Boot, owner_pid = @ProcessId, owner_started = @Started where instance_id = @id;
            """, new { id, owner.Host, owner.Boot, owner.ProcessId, owner.Started }, transaction);

    /// <summary>A state-changing action ends the checks that are under way on its resource.</summary>
    public static Task EndChecksAsync(SqliteConnection connection, SqliteTransaction transaction, string resource, string reason) =>
        connection.ExecuteAsync(
            "update hosted_run set cancel_reason = @reason where resource = @resource and kind = 'check' and ended_at is null and cancel_reason is null",
            new { resource, reason }, transaction);

    public static async Task EndAsync(SqliteConnection connection, SqliteTransaction transaction, string id, HostedEnd end, long now)
    {
        await connection.ExecuteAsync(
            """
            update hosted_run set ended_at = @now, result = @Result, return_value = @ReturnValue, closing_note = @Note where id = @id and ended_at is null
            """, new { id, now, end.Result, end.ReturnValue, end.Note }, transaction);
        await LeaseTable.ReleaseAsync(connection, transaction, id);
    }

    /// <summary>Ends a run that will not come to its own end: what it was doing stays in doubt, and nothing is repeated (actions.md, decision 13).</summary>
    public static async Task<HostedEnd> InterruptAsync(SqliteConnection connection, SqliteTransaction transaction, HostedRow row, string note, long now)
    {
        var effects = (await connection.QueryAsync<EffectRow>(
            "select label as Label, outcomes as Outcomes, ended_at as EndedAt from hosted_effect where run_id = @Id order by began_at", new { row.Id }, transaction)).ToList();
        var done = effects.Where(effect => effect.EndedAt is not null).Select(effect => $"{effect.Label} {effect.Outcomes}").ToList();
        if (done.Count > 0)
            note += $" Done before: {string.Join(", ", done)}.";
        if (effects.FirstOrDefault(effect => effect.EndedAt is null) is { } doubt)
            note += $" Whether '{doubt.Label}' took effect is not known; it is not repeated.";
        else if (row.Kind == Word(HostedKind.Action))
            note += " No start or stop was under way.";

        var end = new HostedEnd(RunResults.Interrupted, null, note);
        await EndAsync(connection, transaction, row.Id, end, now);
        if (row.Kind == Word(HostedKind.Action))
            await ResourceStateTable.SetAsync(connection, transaction, row.Resource, ResourceState.OSF, note, $"run {row.Id}", row.Id, now);
        return end;
    }

    private static string Word(HostedKind kind) => kind.ToString().ToLower(CultureInfo.InvariantCulture);

    private const string Select =
        """
        select id as Id, resource as Resource, action as Action, kind as Kind, owner_host as Host, owner_boot as Boot, owner_pid as ProcessId,
            owner_started as Started, ended_at as EndedAt, result as Result, return_value as ReturnValue, closing_note as Note, cancel_reason as CancelReason
        from hosted_run
        """;

    private sealed record EffectRow(string Label, string? Outcomes, long? EndedAt);
}

/// <summary>A hosted run as it is stored.</summary>
internal sealed record HostedRow(
    string Id, string Resource, string Action, string Kind, string Host, string Boot, long ProcessId, long Started,
    long? EndedAt, string? Result, long? ReturnValue, string? Note, string? CancelReason)
{
    public ProcessIdentity Owner => new(Host, Boot, ProcessId, Started);

    public HostedEnd End => new(Result ?? RunResults.Incomplete, (int?)ReturnValue, Note);
}
