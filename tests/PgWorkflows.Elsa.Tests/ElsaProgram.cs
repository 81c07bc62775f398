using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Elsa.Tests;

/// <summary>The Elsa server's program beside a test, on a free port of loopback; it can be killed and started anew over the same folder.</summary>
internal sealed class ElsaProgram : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-elsa-program-").FullName;
    private readonly StringBuilder _log = new();
    private Process? _process;
    private TaskCompletionSource<Uri?> _address = new();

    /// <summary>The data folder of PgWorkflows.</summary>
    public string Data => Path.Combine(_folder, "pgw");

    /// <summary>What it has written so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>The file with the first user's password.</summary>
    public string CredentialFile => Path.Combine(_folder, "elsa", "first-credential.txt");

    /// <summary>Starts it; the address, or null when it ended instead.</summary>
    public async Task<Uri?> StartAsync(params JsonObject[] resources)
    {
        var settings = new JsonObject
        {
            ["Logging"] = new JsonObject { ["LogLevel"] = new JsonObject { ["Default"] = "Warning", ["Microsoft.Hosting.Lifetime"] = "Information", ["Elsa.Workflows.Runtime"] = "Information" } },
            ["ElsaServer"] = new JsonObject { [nameof(Data)] = "elsa", ["InactivityThreshold"] = "00:00:01" },
            ["PgWorkflows"] = new JsonObject { [nameof(Data)] = "pgw", ["Resources"] = new JsonArray([.. resources.Select(resource => (JsonNode)resource)]) },
        };
        await File.WriteAllTextAsync(Path.Combine(_folder, "appsettings.json"), settings.ToJsonString());
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pgw-elsa"))
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0", ["Urls"] = "http://127.0.0.1:0", ["DOTNET_ENVIRONMENT"] = "Production" },
        };
        _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
#pragma warning disable RS0030 // CommandRunner waits for the end; this process stays.
        _process = Process.Start(info)!;
#pragma warning restore RS0030
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => _address.TrySetResult(null);
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return await _address.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>A client of the first user.</summary>
    public async Task<HttpClient> SignInAsync()
    {
        var client = new HttpClient { BaseAddress = await _address.Task, Timeout = TimeSpan.FromSeconds(60) };
        var password = File.ReadAllLines(CredentialFile)[1]["password: ".Length..];
        using var answer = await client.PostAsJsonAsync("elsa/api/identity/login", new { username = "admin", password }, TestContext.Current.CancellationToken);
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("accessToken").GetString();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>SIGKILL: nothing of it is tidied up.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>How it ended by itself.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process!.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
            _process.Kill(entireProcessTree: false);
        _process?.WaitForExit();
        _process?.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private void Read(string? line)
    {
        const string Listening = "Now listening on: ";
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
        if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
            _address.TrySetResult(new Uri(line[(at + Listening.Length)..]));
    }
}
