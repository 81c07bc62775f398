using System.IO.Compression;
using System.Text.Json;
using Dapper;
using PgWorkflows.Persistence.Retention;
using PgWorkflows.Testing;

namespace PgWorkflows.Persistence.Tests;

/// <summary>A real history file with runs as the engine leaves them, of any age.</summary>
internal sealed class FilledHistory : IDisposable
{
    private int _count;

    private FilledHistory(Stored stored) => Stored = stored;

    public Stored Stored { get; }

    public Database Database => Stored.Database;

    public FakeTime Time => Stored.Time;

    public string ExportFolder => Path.Combine(Stored.Folder, "export");

    public static async Task<FilledHistory> CreateAsync() => new(await Stored.CreateAsync());

    /// <summary>Adds runs that began so long ago, one second apart, each 40 ms long, with the rows of a check around it.</summary>
    public void Add(TimeSpan age, string? action, string? result, int count = 1, string resource = "main", bool hasEffect = false, string status = "Finished",
        string? parent = null, int incidents = 0)
    {
        using var connection = Database.Connect();
        using var transaction = connection.BeginTransaction();
        for (var i = 0; i < count; i++)
        {
            var began = (Time.GetUtcNow() - age + TimeSpan.FromSeconds(i)).ToMicroseconds();
            connection.Execute(
                """
                insert into workflow_instance (id, version_id, definition_id, definition_hash, uses, status, sub_status, parent_id, created_at, updated_at, finished_at,
                    incident_count, revision, state, resource, action, result, return_value, trigger_kind, triggered_by, owner_host, owner_boot, owner_pid, owner_started)
                values (@id, @VersionId, 'w', 'h', '{}', @status, 'Finished', @parent, @began, @began, @ended, @incidents, 3, zeroblob(900), @resource, @action, @result, 0,
                    'timer', 'a timer', 'h', 'b', 1, 1);
                with recursive n(i) as (select 1 union all select i + 1 from n where i < 12)
                insert into journal (instance_id, sequence, number, parent_number, node_id, activity_id, activity_type, type_version, timestamp, event_name)
                select @id, i, i, 0, 'Workflow1:flow:node' || i, 'node' || i, 'PgWorkflows.QueryService', 1, @began, 'Completed' from n;
                with recursive n(i) as (select 1 union all select i + 1 from n where i < 6)
                insert into activity_record (instance_id, number, parent_number, scheduled_by, node_id, activity_id, activity_type, type_version, label, is_container,
                    has_effect, status, started_at, completed_at, inputs, outputs, outcomes, sentence, fault_count)
                select @id, i, 0, 0, 'Workflow1:flow:node' || i, 'node' || i, 'PgWorkflows.QueryService', 1, '(2) sc query', 0, @hasEffect, 'Completed', @began, @began,
                    '{"Resource":"main"}', '{"Evidence":{"Command":"pg_ctl status","ExitCode":0}}', '["Running"]', 'main is running', 0 from n;
                """,
                new
                {
                    id = $"run-{_count++:D6}", Stored.Definition.VersionId, status, parent, began, ended = status == "Finished" ? began + 40_000 : (long?)null, incidents,
                    resource, action, result, hasEffect,
                }, transaction);
        }

        transaction.Commit();
    }

    public RetentionPass Pass(RetentionRules? rules = null, bool exports = false) =>
        new(Database, rules ?? new(), exports ? new HistoryExport(ExportFolder, Time) : null, Time);

    /// <summary>Runs a pass; the clock stands still but for its pauses, which are over at once.</summary>
    public async Task<RetentionReport> RunAsync(RetentionPass pass, CancellationToken cancellationToken)
    {
        var run = pass.RunAsync(cancellationToken);
        while (!run.IsCompleted)
        {
            if (Time.Waiting > 0)
                Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        return await run;
    }

    public long Count(string sql)
    {
        using var connection = Database.Connect();
        return connection.ExecuteScalar<long>("select count(*) from " + sql);
    }

    public long Sum(string sql)
    {
        using var connection = Database.Connect();
        return connection.ExecuteScalar<long>("select coalesce(sum(checks), 0) from " + sql);
    }

    public void Execute(string sql)
    {
        using var connection = Database.Connect();
        connection.Execute(sql);
    }

    public IReadOnlyList<string> Ids()
    {
        using var connection = Database.Connect();
        return [.. connection.Query<string>("select id from workflow_instance order by id")];
    }

    /// <summary>What the export holds, as somebody reads it who needs it: a torn end of a file is passed over.</summary>
    public IReadOnlyList<JsonElement> Exported()
    {
        var lines = new List<JsonElement>();
        foreach (var file in Directory.Exists(ExportFolder) ? Directory.EnumerateFiles(ExportFolder, "*.jsonl.gz") : [])
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            try
            {
                while (reader.ReadLine() is { } line)
                    lines.Add(JsonSerializer.Deserialize<JsonElement>(line));
            }
            catch (Exception e) when (e is JsonException or InvalidDataException or EndOfStreamException)
            {
                continue;
            }
        }

        return lines;
    }

    public void Dispose() => Stored.Dispose();
}
