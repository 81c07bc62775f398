using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.Data.Sqlite;
using PgWorkflows.Testing;

namespace PgWorkflows.Bench;

/// <summary>Lists over 100,000 runs with the state that real runs have.</summary>
internal static class Lists
{
    private const int Runs = 100_000;
    private const int Requests = 60;

    public static async Task RunAsync(TestServer server, HttpClient client)
    {
        Fill(Path.Combine(server.Data, "history.db"));
        Console.WriteLine($"\nServer, requests over {Runs:N0} runs, {Requests} each (goal: 95th percentile under 50 ms):");
        foreach (var (name, body) in new (string, object)[]
        {
            ("Studio's list, first page", new { page = 0, pageSize = 15, orderBy = "Created", orderDirection = "Descending" }),
            ("  by last change", new { page = 0, pageSize = 15, orderBy = "LastExecuted", orderDirection = "Descending" }),
            ("  by name", new { page = 0, pageSize = 15, orderBy = "Name", orderDirection = "Ascending" }),
            ("  finished first", new { page = 0, pageSize = 15, orderBy = "Finished", orderDirection = "Descending" }),
            ("  of one definition", new { page = 0, pageSize = 15, definitionIds = new[] { "quickCheck" } }),
            ("  faulted ones", new { page = 0, pageSize = 15, subStatuses = new[] { "Faulted" } }),
            ("  running ones", new { page = 0, pageSize = 15, statuses = new[] { "Running" } }),
            ("  with incidents", new { page = 0, pageSize = 15, hasIncidents = true }),
            ("  created in an hour", new { page = 0, pageSize = 15, timestampFilters = new[] { new { column = "CreatedAt", @operator = "GreaterThan", timestamp = DateTimeOffset.UnixEpoch.AddDays(20_500) } } }),
            ("  searched by a text", new { page = 0, pageSize = 15, searchTerm = "0001234" }),
            ("  the last page", new { page = (Runs / 15) - 1, pageSize = 15 }),
        })
            await MeasureAsync(name, () => client.PostAsJsonAsync("/elsa/api/workflow-instances", body));
        foreach (var path in new[] { "/", "/runs", "/resources/main", "/events", "/api/runs?last=20", "/api/runs?resource=main&last=20", "/api/resources", "/api/runs/last" })
            await MeasureAsync(path, () => client.GetAsync(new Uri(path, UriKind.Relative)));
    }

    private static async Task MeasureAsync(string name, Func<Task<HttpResponseMessage>> ask)
    {
        var times = new List<double>();
        for (var i = 0; i < Requests + 3; i++)
        {
            var watch = Stopwatch.StartNew();
            using var answer = await ask();
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync();
            if (i >= 3)
                times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine($"  {name,-34} median {times[Requests / 2],6:N1} ms   95th {times[Requests * 95 / 100],6:N1} ms");
    }

    /// <summary>Copies of a real run with other ids and times; one in a thousand has faulted. Journals are not copied: lists do not read them.</summary>
    private static void Fill(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file}");
        connection.Open();
        var columns = Columns(connection);
        string Value(string column) => column switch
        {
            "id" => "printf('%016x', n * 7919)",
            "created_at" or "updated_at" or "finished_at" => $"{column} - n * 10000000",
            "sub_status" => "iif(n % 1000 = 0, 'Faulted', sub_status)",
            "incident_count" => "n % 1000 = 0",
            _ => column,
        };
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            with recursive seq (n) as (select 1 union all select n + 1 from seq where n < {Runs})
            insert or ignore into workflow_instance ({string.Join(", ", columns)})
            select {string.Join(", ", columns.Select(Value))} from seq, (select * from workflow_instance where finished_at is not null order by created_at desc limit 1)
            """;
        command.CommandTimeout = 300;
        command.ExecuteNonQuery();
    }

    private static List<string> Columns(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select name from pragma_table_info('workflow_instance')";
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
            names.Add(reader.GetString(0));
        return names;
    }
}
