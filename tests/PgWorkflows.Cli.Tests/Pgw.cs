using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Cli.Tests;

/// <summary>The real pgw, as a process, with a configuration and a history of its own.</summary>
internal sealed class Pgw : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-cli-tests-").FullName;

    public Pgw(params JsonObject[] resources)
    {
        ConfigurationFile = Path.Combine(_folder, "appsettings.json");
        Configure(resources);
    }

    public string ConfigurationFile { get; }

    public string Data => Path.Combine(_folder, "data");

    public string Folder => _folder;

    public static JsonObject Entry(Resource resource) => new()
    {
        ["name"] = resource.Name,
        ["serviceControl"] = "pg_ctl",
        ["dataDirectory"] = resource.DataDirectory,
        ["binDirectory"] = resource.BinDirectory,
        ["port"] = resource.Port,
        ["initialState"] = resource.InitialState.ToString(),
        ["probeLimit"] = "00:00:10",
        ["pollInterval"] = "00:00:00.2",
    };

    public void Configure(params JsonObject[] resources) => File.WriteAllText(ConfigurationFile,
        new JsonObject
        {
            ["PgWorkflows"] = new JsonObject
            {
                ["Resources"] = new JsonArray([.. resources.Select(resource => resource.DeepClone())]),
                ["Events"] = new JsonObject { ["journal"] = false, ["syslog"] = false }, // Tests do not write into the log of whoever runs them.
            },
        }.ToJsonString());

    public Process Start(params string[] arguments)
    {
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pgw"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = _folder,
        };
        foreach (var argument in arguments.Concat(["--config", ConfigurationFile, "--data", Data]))
            info.ArgumentList.Add(argument);
#pragma warning disable RS0030 // The program under test is started as its users start it.
        var process = Process.Start(info)!;
#pragma warning restore RS0030
        process.StandardInput.Close();
        return process;
    }

    public async Task<Ended> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var stdout = process.StandardOutput.ReadToEndAsync();
        var stderr = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await stdout, await stderr);
    }

    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var ended = await RunAsync([.. arguments, "--json"]);
        return ended.ExitCode < 64 || ended.ExitCode == 71 ? ended.Json
            : throw new InvalidOperationException($"pgw {string.Join(' ', arguments)} ended with {ended.ExitCode}: {ended.Stdout} {ended.Stderr}");
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    internal sealed record Ended(int ExitCode, string Stdout, string Stderr)
    {
        public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Stdout);
    }
}
