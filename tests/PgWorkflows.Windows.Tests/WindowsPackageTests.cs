using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Windows.Tests;

/// <summary>The package for Windows, unpacked on drive C: of the lab and run there: .NET, SQLite, sc, pg_ctl, Npgsql and Kestrel as Windows programs.</summary>
[Collection(WindowsLabCollection.Name)]
public sealed class WindowsPackageTests(WindowsLab lab) : IAsyncLifetime
{
    private readonly string _name = Path.GetFileNameWithoutExtension(PackageFile.Find("-win-x64.zip"));
    private string _folder = "";

    public async ValueTask InitializeAsync()
    {
        if (!Directory.Exists(Path.Combine(lab.Drive, _name)))
            ZipFile.ExtractToDirectory(PackageFile.Find("-win-x64.zip"), lab.Drive);
        _folder = $"test-{Guid.NewGuid():N}";
        Directory.CreateDirectory(Path.Combine(lab.Drive, _folder));
        await ConfigureAsync(lab.Postgres().Service, @"C:\labsc.exe");
    }

    public async ValueTask DisposeAsync() => await lab.StopServerAsync();

    [Fact]
    public async Task Says_its_version_and_validates_the_definitions()
    {
        Assert.Equal(_name.Split('-')[1], (await PgwAsync("--version")).Stdout.Trim());

        var validated = await PgwAsync("workflows", "validate");
        Assert.Equal(0, validated.ExitCode);
        Assert.All(new[] { "quickCheck", "deepCheck", "deepCheckSteps", "restore", "remove", "recover" }, name =>
            Assert.Contains($@"C:\{_name}\workflows\{name}.json: valid", validated.Stdout, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(@"C:\labsc.exe")]
    [InlineData(null)] // the system's own sc.exe, here Wine's
    public async Task Runs_the_five_actions_on_the_real_service(string? serviceCommand)
    {
        await ConfigureAsync(lab.Postgres().Service, serviceCommand);

        await ActsAsync("quickCheck", "Skipped 0");
        await ActsAsync("restore", "Succeeded 0", 113504, 113500);
        await ActsAsync("quickCheck", "Succeeded 0");
        await ActsAsync("deepCheck", "Succeeded 0");

        await lab.KillServerAsync();
        await ActsAsync("quickCheck", "Failed 1", 113544);
        await ActsAsync("deepCheck", "Failed 1", 113563);
        await ActsAsync("recover", "Succeeded 0", 113584, 113580);
        await ActsAsync("remove", "Succeeded 0", 113524, 113520);
    }

    [Fact]
    public async Task Keeps_the_whole_error_number_of_sc_as_evidence()
    {
        await ConfigureAsync("no such & service", @"C:\labsc.exe");

        var run = await ActsAsync("restore", "Failed 2", 113504, 113005, 113501);

        var start = run.GetProperty("steps").EnumerateArray().Single(step => step.GetProperty("label").GetString() == "(3) sc start");
        Assert.Equal(1060, start.GetProperty("exitCode").GetInt32()); // On Linux 36 of it is left.
        Assert.EndsWith("(1060 ERROR_SERVICE_DOES_NOT_EXIST)", run.GetProperty("events")[1].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_the_code_page_of_a_Japanese_Windows()
    {
        await ConfigureAsync("missing", @"C:\labsc-ja.exe");
        Assert.Equal(0, (await PgwAsync("state", "main", "ISP")).ExitCode);

        var ended = await lab.TryAsync(await lab.JapaneseAsync(), "wine", $@"C:\{_name}\pgw.exe", "quickCheck", "main", "--json", "--config", $@"C:\{_folder}\appsettings.json");

        var steps = JsonSerializer.Deserialize<JsonElement>(ended.Stdout).GetProperty("steps").EnumerateArray();
        Assert.Contains("1060: | 指定されたサービスはインストールされたサービスとして存在しません。",
            steps.Single(step => step.GetProperty("label").GetString() == "(2) sc query").GetProperty("output").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flood", "Succeeded 0", "4 RUNNING")]
    [InlineData("noise", "Succeeded 0", "4 RUNNING")]
    [InlineData("grandchild", "Succeeded 0", "4 RUNNING")]
    [InlineData("hang", "Failed 1", "ended after its limit of 2 s")]
    public async Task A_service_command_that_behaves_badly_is_read_or_ended(string behaviour, string end, string detail)
    {
        await ConfigureAsync(behaviour, @"C:\labodd.exe", ("queryLimit", behaviour == "hang" ? "00:00:02" : "00:00:30"));
        Assert.Equal(0, (await PgwAsync("state", "main", "ISP")).ExitCode);

        var run = await ActsAsync("quickCheck", end, end.StartsWith('F') ? [113544] : []);

        var query = run.GetProperty("steps").EnumerateArray().Single(step => step.GetProperty("label").GetString() == "(2) sc query");
        Assert.Contains(detail, query.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True((query.GetProperty("output").GetString() ?? "").Length <= 2000);

        // The command's own processes have ended; only the grandchild, which the command had left behind, is there.
        var left = await lab.TryAsync("wine", "taskkill", "/f", "/im", "labodd.exe");
        Assert.Equal(behaviour == "grandchild", left.Succeeded);
    }

    [Fact]
    public async Task Serves_the_console()
    {
        var address = new Uri($"http://127.0.0.1:{WindowsLab.FreePort()}");
        var serving = PgwAsync("serve", "--listen", address.ToString().TrimEnd('/'));
        using var client = new HttpClient { BaseAddress = address };
        HttpStatusCode? status = null;
        await WindowsLab.UntilAsync(async () => serving.IsCompleted || (status = await AnswerAsync(client)) is not null);
        await lab.RunAsync("wine", "taskkill", "/f", "/im", "pgw-server.exe");
        await serving;
        Assert.Equal(HttpStatusCode.OK, status);
    }

    /// <summary>A postmaster that is killed is noticed by a wait for its process, and what follows is all ours: check, event, decision, recover.</summary>
    [Fact]
    public async Task Protects_the_server_by_itself()
    {
        await ConfigureAsync(lab.Postgres().Service, null, ("profile", "guarded"));
        await ActsAsync("restore", "Succeeded 0", 113504, 113500);
        var address = new Uri($"http://127.0.0.1:{WindowsLab.FreePort()}");

        // Wine's .NET does not survive it when a dynamic method is collected (docs/windows.md); with a large nursery nothing is collected that soon.
        var serving = lab.TryAsync(new Dictionary<string, string> { ["DOTNET_GCgen0size"] = "0x10000000" },
            "wine", $@"C:\{_name}\pgw.exe", "serve", "--listen", address.ToString().TrimEnd('/'), "--config", $@"C:\{_folder}\appsettings.json");
        try
        {
            await WindowsLab.UntilAsync(async () => serving.IsCompleted || (await RunsAsync()).Any(run => run.StartsWith("deepCheck Succeeded", StringComparison.Ordinal)));
            var killed = lab.PidFile!;
            await WindowsLab.UntilAsync(() => Task.FromResult(killed.StartTime < TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(3))); // See KillServerAsync.
            await lab.KillAsync(killed.Pid);

            await WindowsLab.UntilAsync(async () => serving.IsCompleted || (await RunsAsync()).Any(run => run.StartsWith("recover Succeeded", StringComparison.Ordinal)));
            Assert.Contains($"quickCheck Failed the end of process {killed.Pid}", await RunsAsync());
            Assert.True(lab.PidFile!.StartTime > killed.StartTime);
        }
        finally
        {
            await lab.TryAsync("wine", "taskkill", "/f", "/im", "pgw-server.exe");
            await serving;
        }
    }

    [Fact]
    public async Task Finds_the_service_adds_it_and_the_doctor_is_content()
    {
        var configuration = Path.Combine(lab.Drive, _folder, "appsettings.json");
        await File.WriteAllTextAsync(configuration, new JsonObject { ["PgWorkflows"] = new JsonObject { ["Data"] = $@"C:\{_folder}\data" } }.ToJsonString(), TestContext.Current.CancellationToken);

        var added = await PgwAsync("resources", "add", "--yes", "--name", "main");
        Assert.True(added.ExitCode == 0, added.Output);
        await ActsAsync("restore", "Succeeded 0", 113504, 113500);
        var content = await PgwAsync("doctor");
        Assert.True(content.ExitCode == 0, content.Output);
        Assert.All(new[] { $"main: port: {lab.Port}, from pg_ctl status", "main: service account: postgresql-x64-15 runs as LocalSystem", $"main: data directory: postgresql-x64-15 runs on {lab.WindowsData}", "events: go to eventLog" },
            line => Assert.Contains(line, content.Stdout, StringComparison.Ordinal));

        var entries = JsonNode.Parse(await File.ReadAllTextAsync(configuration, TestContext.Current.CancellationToken))!;
        var passFile = Path.Combine(lab.Drive, _folder, "passwords");
        await File.WriteAllTextAsync(passFile, "*:*:*:postgres:x\n", TestContext.Current.CancellationToken);
        entries["PgWorkflows"]!["Resources"]![0]!["passFile"] = $@"C:\{_folder}\passwords";
        await File.WriteAllTextAsync(configuration, entries.ToJsonString(), TestContext.Current.CancellationToken);

        File.SetUnixFileMode(passFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var open = await PgwAsync("doctor");
        Assert.Equal(71, open.ExitCode);
        Assert.Contains("passwords can be read by Everyone", open.Stdout, StringComparison.Ordinal);
        File.SetUnixFileMode(passFile, UnixFileMode.UserRead);
        Assert.Equal(0, (await PgwAsync("doctor")).ExitCode);
    }

    /// <summary>The runs of the history: action, result, and what began them.</summary>
    private async Task<IReadOnlyList<string>> RunsAsync()
    {
        var runs = await PgwAsync("history", "--json");
        return [.. JsonSerializer.Deserialize<JsonElement>(runs.Stdout).EnumerateArray().Select(run =>
            $"{run.GetProperty("action").GetString()} {run.GetProperty("result").GetString()} {run.GetProperty("trigger").GetProperty("by").GetString()}")];
    }

    /// <returns>Null while nobody listens.</returns>
    private static async Task<HttpStatusCode?> AnswerAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync("/sign-in", TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private Task ConfigureAsync(string service, string? serviceCommand, params (string Key, string Value)[] more)
    {
        var entry = new JsonObject
        {
            ["name"] = "main", ["serviceControl"] = "sc", ["service"] = service, ["dataDirectory"] = lab.WindowsData, ["port"] = lab.Port,
            ["client"] = "npgsql", ["pollInterval"] = "00:00:00.2", ["pollRepeats"] = 100,
        };
        if (serviceCommand is not null)
            entry["serviceCommand"] = serviceCommand;
        foreach (var (key, value) in more)
            entry[key] = value;
        var settings = new JsonObject { ["PgWorkflows"] = new JsonObject { ["Data"] = $@"C:\{_folder}\data-{Guid.NewGuid():N}", ["Resources"] = new JsonArray(entry) } };
        return File.WriteAllTextAsync(Path.Combine(lab.Drive, _folder, "appsettings.json"), settings.ToJsonString());
    }

    /// <summary>Runs an action as an operator would; its exit code is the return value.</summary>
    private async Task<JsonElement> ActsAsync(string action, string end, params int[] events)
    {
        var ended = await PgwAsync(action, "main", "--json");
        Assert.True(ended.ExitCode < 64, $"pgw {action} ended with {ended.ExitCode}: {ended.Output}");
        var run = JsonSerializer.Deserialize<JsonElement>(ended.Stdout);
        var seen = $"{run.GetProperty("result").GetString()} {ended.ExitCode} {string.Join(' ', run.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetInt32()))}".TrimEnd();
        Assert.True(seen == $"{end} {string.Join(' ', events)}".TrimEnd(), $"expected {end} {string.Join(' ', events)}, but {action}: {ended.Stdout}");
        return run;
    }

    private Task<CommandResult> PgwAsync(params string[] arguments)
    {
        string[] configured = arguments is ["--version"] ? arguments : [.. arguments, "--config", $@"C:\{_folder}\appsettings.json"];
        return lab.TryAsync("wine", [$@"C:\{_name}\pgw.exe", .. configured]);
    }
}
