using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Testing;

/// <summary>The real server program beside a test, on a free port of loopback with a history of its own; it never outlives the test.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private Process _process;
    private readonly string _folder;
    private readonly StringBuilder _log = new();
    private string _token = "";
    private TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TestServer(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>Where it listens.</summary>
    public Uri Address => _address.Task.Result;

    /// <summary>Its process id.</summary>
    public int Pid => _process.Id;

    /// <summary>The folder of its history.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>What it has written so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts it over these resources; comes back when it listens.</summary>
    public static Task<TestServer> StartAsync(params Resource[] resources) => StartAsync(JsonSerializer.SerializeToNode(resources.Select(Setting))!.AsArray());

    /// <summary>Starts it over resources as a configuration file has them, and with further settings of <c>PgWorkflows</c>.</summary>
    public static async Task<TestServer> StartAsync(JsonArray resources, JsonObject? more = null)
    {
        var folder = Directory.CreateTempSubdirectory("pgw-server-test-").FullName;
        var settings = more is null ? new JsonObject() : (JsonObject)more.DeepClone();
        settings[nameof(Data)] = Path.Combine(folder, "data");
        settings["Resources"] = resources.DeepClone();
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), new JsonObject { ["PgWorkflows"] = settings }.ToJsonString());
        var server = new TestServer(Launch(folder), folder);
        await server.ListensAsync();
        await server.SignInAsync();
        return server;
    }

    /// <summary>SIGKILL: it has no chance to do anything more.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: false);
        await GoneAsync();
    }

    /// <summary>Tells it to stop as a service manager does, and waits until it has.</summary>
    public async Task StopAsync()
    {
        Signals.Terminate(_process.Id);
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again on the same history; the credential from before is still good.</summary>
    public async Task StartAgainAsync()
    {
        _process.Dispose();
        _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Launch(_folder);
        await ListensAsync();
    }

    private static Process Launch(string folder)
    {
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "pgw-server.exe" : "pgw-server"))
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0", ["DOTNET_ENVIRONMENT"] = "Production" },
        };
#pragma warning disable RS0030 // CommandRunner waits for the end; this process stays.
        return Process.Start(info)!;
#pragma warning restore RS0030
    }

    private async Task ListensAsync()
    {
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await _address.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>A client that may do everything: the one place where tests give a credential.</summary>
    public HttpClient CreateClient() => new()
    {
        BaseAddress = Address,
        Timeout = TimeSpan.FromSeconds(60),
        DefaultRequestHeaders = { Authorization = new("Bearer", _token) },
    };

    /// <summary>The first user, for signing in with a browser.</summary>
    public (string User, string Password) FirstCredential
    {
        get
        {
            var lines = File.ReadAllLines(Path.Combine(_folder, "data", "first-credential.txt"));
            return (lines[0]["user: ".Length..], lines[1]["password: ".Length..]);
        }
    }

    /// <summary>A user of that role, made anew, for signing in with a browser.</summary>
    public async Task<(string User, string Password)> AddUserAsync(string role)
    {
        using var client = await SignedInAsync();
        var user = $"{role.ToLowerInvariant()}-{Guid.NewGuid():N}";
        var page = await PostAsync(client, "/users", new() { ["name"] = user, ["role"] = role });
        return (user, Regex.Match(page, "class=\"secret\"[^>]*>.*?<code>([^<]+)</code>", RegexOptions.Singleline).Groups[1].Value);
    }

    /// <summary>Signs in as a browser does.</summary>
    private async Task<HttpClient> SignedInAsync()
    {
        var client = new HttpClient { BaseAddress = Address, DefaultRequestHeaders = { { "Sec-Fetch-Site", "same-origin" } } };
        var (user, password) = FirstCredential;
        await PostAsync(client, "/sign-in", new() { ["name"] = user, ["password"] = password });
        return client;
    }

    private static async Task<string> PostAsync(HttpClient client, string page, Dictionary<string, string> fields)
    {
        fields["antiforgery"] = Regex.Match(await client.GetStringAsync(page), "name=\"antiforgery\" value=\"([^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent(fields);
        using var answer = await client.PostAsync(page, form);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Gets the token that Studio's pages get.</summary>
    private async Task SignInAsync()
    {
        using var client = await SignedInAsync();
        using var answer = await client.PostAsync("/api/access-token", null);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
        _token = json.RootElement.GetProperty("accessToken").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: false); // Servers that it has started are not its own.
        await GoneAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// Waits until nobody can write to its output any more. A kill may hit while it starts a command for another user: the copy of it that was to become
    /// the command may then wait in setgroups, for a thread of the dead, for ever, with the output and the port in its hands.
    /// </summary>
    private async Task GoneAsync()
    {
        var gone = _process.WaitForExitAsync();
        while (await Task.WhenAny(gone, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System)) != gone)
        {
            if (OperatingSystem.IsLinux())
                BackgroundProcess.KillCopiesIn(_folder, Path.Combine(AppContext.BaseDirectory, "pgw-server"));
        }
    }

    private void Read(string? line)
    {
        const string listening = "Now listening on: ";
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
        if (line.IndexOf(listening, StringComparison.Ordinal) is >= 0 and var at)
            _address.TrySetResult(new Uri(line[(at + listening.Length)..].Trim()));
    }

    private static object Setting(Resource resource) => new
    {
        name = resource.Name,
        serviceControl = "pg_ctl",
        dataDirectory = resource.DataDirectory,
        binDirectory = resource.BinDirectory,
        port = resource.Port,
        startOptions = resource.StartOptions,
        logFile = resource.LogFile,
        initialState = resource.InitialState.ToString(),
        profile = resource.Profile.ToString().ToLowerInvariant(),
    };
}
