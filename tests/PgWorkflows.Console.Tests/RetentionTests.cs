using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using PgWorkflows.Persistence;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed class RetentionTests
{
    private const int Runs = 10_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_strip_of_a_day_shows_the_hours_whose_checks_are_counts_by_now()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        using var server = new TestServer(cluster.Resource with { InitialState = ResourceState.OSU }); // Out of service, so that no timer checks it.
        using var client = await server.UserClientAsync("ann", Role.Viewer);
        Assert.Contains("No check in the last 24 hours.", await client.GetStringAsync("/resources/main", Token));
        var hour = DateTimeOffset.UnixEpoch.AddHours((long)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalHours - 5);
        foreach (var (action, at, checks) in new[] { ("quickCheck", hour, 60), ("deepCheck", hour, 12), ("quickCheck", hour.AddDays(-2), 999) })
            Execute(server.Data, $"insert into check_hour (resource, action, hour, result, checks, min_duration, max_duration, total_duration) values ('main', '{action}', {at.ToUnixTimeSeconds()}000000, 'Succeeded', {checks}, 1, 2, 90)");

        var page = await client.GetStringAsync("/resources/main", Token);

        Assert.Contains("72 succeeded, 0 failed", page);
        Assert.Contains("72 succeeded in the hour</title>", page);
        Assert.DoesNotContain("No check in the last 24 hours.", page);
    }

    [Fact]
    public async Task The_server_is_killed_while_it_exports_and_deletes_and_nothing_is_lost_or_counted_twice()
    {
        var folder = Directory.CreateTempSubdirectory("pgw-retention-tests-").FullName;
        var (data, export, file) = (Path.Combine(folder, "data"), Path.Combine(folder, "export"), Path.Combine(folder, "pgw.json"));
        await File.WriteAllTextAsync(file, new JsonObject
        {
            ["PgWorkflows"] = new JsonObject { ["Data"] = data, ["Resources"] = new JsonArray(), ["Retention"] = new JsonObject { ["GreenChecks"] = "01:00:00", ["ExportTo"] = export } },
        }.ToJsonString(), Token);
        await Pgw.RunAsync(null, null, "doctor", "--config", file); // Makes the history, with the shipped definitions.
        var twoDaysAgo = (TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(2)).ToUnixTimeSeconds();
        Execute(data,
            $"""
            with recursive n(i) as (select 1 union all select i + 1 from n where i <= {Runs})
            insert into workflow_instance (id, version_id, definition_id, definition_hash, uses, status, sub_status, created_at, updated_at, finished_at, revision, state,
                resource, action, result, return_value, trigger_kind, triggered_by, owner_host, owner_boot, owner_pid, owner_started)
            select 'r' || i, d.version_id, 'quickCheck', 'h', '{"{}"}', 'Finished', 'Finished', ({twoDaysAgo} + i) * 1000000, 0, ({twoDaysAgo} + i) * 1000000 + 5000, 3, zeroblob(500),
                'main', 'quickCheck', 'Succeeded', 0, 'timer', 't', 'h', 'b', 1, 1
            from n, (select version_id from workflow_definition where definition_id = 'quickCheck' and is_published = 1) d;
            insert into journal (instance_id, sequence, number, parent_number, node_id, activity_id, activity_type, type_version, timestamp, event_name)
            select id, 1, 1, 0, 'n', 'a', 't', 1, 0, 'Completed' from workflow_instance;
            """);
        Assert.Equal(Runs + 1, Number(data, "select count(*) from workflow_instance"));

        var kills = 0;
        for (long left = Runs; left > 0; left = Number(data, "select count(*) from workflow_instance") - 1)
        {
            using var process = Start(file);
            try
            {
                // Killed as soon as it is at it, at another place each time; in the end it comes through.
                for (var clock = Stopwatch.StartNew(); Number(data, "select count(*) from workflow_instance") - 1 > (kills < 3 ? left * 2 / 3 : 0); await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token))
                    Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2));
            }
            finally
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }

            kills++;
            Assert.Equal(Runs + 1, Number(data, "select count(*) + (select coalesce(sum(checks), 0) from check_hour) from workflow_instance"));
        }

        Assert.Equal(4, kills);
        Assert.Equal(1, Number(data, "select count(*) from journal"));
        Assert.Null(Database.Open(data).CheckIntegrity());
        Assert.Equal(Runs, Exported(export).Distinct().Count());
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static Process Start(string file)
    {
        var info = new ProcessStartInfo(ServeTests.Pgw, ["serve", "--config", file, "--listen", "http://127.0.0.1:0"]) { RedirectStandardOutput = true, RedirectStandardError = true };
#pragma warning disable RS0030 // The program under test is started as its users start it.
        var process = Process.Start(info)!;
#pragma warning restore RS0030
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>The runs in the export; a file whose writer was killed may have a torn end.</summary>
    private static IEnumerable<string> Exported(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.jsonl.gz"))
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            while (Next(reader) is { } run)
                yield return run;
        }
    }

    private static string? Next(StreamReader reader)
    {
        try
        {
            return reader.ReadLine() is { } line ? JsonSerializer.Deserialize<JsonElement>(line).GetProperty("run")[0].GetProperty("id").GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return null;
        }
    }

    private static void Execute(string data, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, Database.FileName)};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are above.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static long Number(string data, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, Database.FileName)};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are above.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
