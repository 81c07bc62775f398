using System.Text.Json.Nodes;
using PgWorkflows.Testing;

namespace PgWorkflows.Bench;

/// <summary>Services that run, behind a service manager, pg_ctl and psql that say so: each check starts a process, as with the real ones, and a short one.</summary>
internal sealed class RunningServices : IDisposable
{
    private readonly string _folder;

    private RunningServices(string folder) => _folder = folder;

    public JsonArray Entries { get; } = [];

    public static async Task<RunningServices> CreateAsync(int count)
    {
        var services = new RunningServices(await TemporaryFolder.NewAsync());
        services.Script("sc", "printf 'SERVICE_NAME: x\\n        STATE              : 4  RUNNING\\n'");
        services.Script("pg_ctl", "echo 'pg_ctl: server is running (PID: 1)'; echo '/x/postgres \"-D\" \"/data\" \"-p\" \"5432\"'");
        services.Script("psql", "echo rows");
        await TestCommand.RunAsync("/bin/mkdir", [.. Enumerable.Range(0, count).Select(services.Data)]);
        for (var number = 0; number < count; number++)
        {
            await File.WriteAllTextAsync(Path.Combine(services.Data(number), "PG_VERSION"), "15\n");
            services.Entries.Add(new JsonObject
            {
                ["name"] = $"r{number}",
                ["serviceControl"] = "sc",
                ["service"] = $"r{number}",
                ["serviceCommand"] = Path.Combine(services._folder, "sc"),
                ["dataDirectory"] = services.Data(number),
                ["binDirectory"] = services._folder,
                ["port"] = 5432,
                ["initialState"] = "ISP",
            });
        }

        return services;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Data(int number) => Path.Combine(_folder, $"data{number}");

    private void Script(string name, string body)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
    }
}
