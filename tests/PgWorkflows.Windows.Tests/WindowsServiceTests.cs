using System.IO.Compression;
using System.Text.Json.Nodes;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Windows.Tests;

/// <summary>The server as a service of Windows, installed from the package and driven by the service manager.</summary>
[Collection(WindowsLabCollection.Name)]
public sealed class WindowsServiceTests(WindowsLab lab)
{
    private readonly string _name = Path.GetFileNameWithoutExtension(PackageFile.Find("-win-x64.zip"));
    private readonly string _service = $"pgw-{Guid.NewGuid():N}";

    [Fact]
    public async Task Is_installed_runs_once_it_listens_stops_cleanly_and_is_removed()
    {
        if (!Directory.Exists(Path.Combine(lab.Drive, _name)))
            ZipFile.ExtractToDirectory(PackageFile.Find("-win-x64.zip"), lab.Drive);
        var address = $"http://127.0.0.1:{WindowsLab.FreePort()}";
        Directory.CreateDirectory(Path.Combine(lab.Drive, _service));
        await File.WriteAllTextAsync(Path.Combine(lab.Drive, _service, "app settings.json"), new JsonObject
        {
            ["Kestrel"] = new JsonObject { ["Endpoints"] = new JsonObject { ["Http"] = new JsonObject { ["Url"] = address } } },
            ["PgWorkflows"] = new JsonObject { ["Data"] = $@"C:\{_service}\the data", ["Resources"] = new JsonArray() },
        }.ToJsonString(), TestContext.Current.CancellationToken);

        var installed = await PgwAsync("install", "--config", $@"C:\{_service}\app settings.json");
        Assert.True(installed.ExitCode == 0, installed.Output);
        try
        {
            await WindowsLab.UntilAsync(async () => (await PgwAsync("status")).Stdout.Contains("4 RUNNING", StringComparison.Ordinal));
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            Assert.Equal("ok\n", await client.GetStringAsync("/health", TestContext.Current.CancellationToken)); // At once: running means that.

            await lab.RunAsync("labsc", "stop", _service);
            await WindowsLab.UntilAsync(async () => (await PgwAsync("status")).Stdout.Contains("sc query: 1 STOPPED", StringComparison.Ordinal));
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/health", TestContext.Current.CancellationToken));
        }
        finally
        {
            Assert.Equal(0, (await PgwAsync("uninstall")).ExitCode);
        }

        Assert.DoesNotContain("STOPPED", (await PgwAsync("status")).Stdout, StringComparison.Ordinal);
    }

    private Task<CommandResult> PgwAsync(string verb, params string[] arguments) =>
        lab.TryAsync("wine", [$@"C:\{_name}\pgw.exe", "service", verb, "--name", _service, .. arguments]);
}
