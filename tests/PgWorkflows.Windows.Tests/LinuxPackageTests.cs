using System.Diagnostics;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Testing;

namespace PgWorkflows.Windows.Tests;

/// <summary>The package for Linux, unpacked and started where no dotnet is found.</summary>
public sealed class LinuxPackageTests : IAsyncLifetime
{
    private readonly CommandRunner _runner = new(TimeProvider.System);
    private string _folder = "";
    private string _pgw = "";
    private Dictionary<string, string> _environment = [];

    public async ValueTask InitializeAsync()
    {
        var package = PackageFile.Find("-linux-x64.tar.gz");
        _folder = await TemporaryFolder.NewAsync();
        await TestCommand.RunAsync("/bin/tar", "xzf", package, "-C", _folder);
        _pgw = Path.Combine(Directory.GetDirectories(_folder, "pgworkflows-*").Single(), "pgw");
        _environment = new() { ["PATH"] = Programs(Path.Combine(_folder, "programs")) };
        var unpacked = new DirectoryInfo(Path.GetDirectoryName(_pgw)!).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Path.GetFileName(package)}: {new FileInfo(package).Length >> 20} MiB, unpacked {unpacked >> 20} MiB");
    }

    public ValueTask DisposeAsync()
    {
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Starts_without_a_dotnet_of_the_machine()
    {
        var version = await _runner.RunAsync(new(_pgw, "--version") { Environment = _environment }, TestContext.Current.CancellationToken);
        var validated = await _runner.RunAsync(new(_pgw, "workflows", "validate") { Environment = _environment }, TestContext.Current.CancellationToken);

        Assert.Equal((0, PackagedVersion), (version.ExitCode, version.Stdout.Trim()));
        Assert.Equal(0, validated.ExitCode);
        Assert.All(new[] { "quickCheck", "deepCheck", "deepCheckSteps", "restore", "remove", "recover" }, name =>
            Assert.Contains($"/workflows/{name}.json: valid", validated.Stdout, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Serves_the_demo_and_Studio()
    {
        _ = PostgresInstallation.BinDirectory;
        var address = new Uri($"http://127.0.0.1:{WindowsLab.FreePort()}");
        using var serve = Start("serve", "--demo", "--data", Path.Combine(_folder, "data"), "--listen", address.ToString().TrimEnd('/'));
        try
        {
            while (await serve.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("sign in", StringComparison.Ordinal))
                continue;

            using var client = new HttpClient { BaseAddress = address };
            Assert.Contains("name=\"password\"", await client.GetStringAsync("/sign-in", TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.True(Directory.GetFiles(Path.Combine(Path.GetDirectoryName(_pgw)!, "studio"), "*", SearchOption.AllDirectories).Length > 100);
            Assert.Equal(0, (await _runner.RunAsync(new("/bin/kill", "-s", "TERM", $"{serve.Id}"), TestContext.Current.CancellationToken)).ExitCode);
            await serve.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, serve.ExitCode);
        }
        finally
        {
            if (!serve.HasExited)
                serve.Kill(entireProcessTree: true);
        }
    }

    /// <summary>The machine's programs without its dotnet.</summary>
    private static string Programs(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var program in new[] { "/bin", "/usr/bin" }.SelectMany(Directory.GetFiles).Where(program => Path.GetFileName(program) != "dotnet").DistinctBy(Path.GetFileName))
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(program)), program);
        return folder;
    }

    /// <summary>The version in the package's name.</summary>
    private string PackagedVersion => Path.GetFileName(Path.GetDirectoryName(_pgw)!).Split('-')[1];

    private Process Start(params string[] arguments)
    {
        var info = new ProcessStartInfo(_pgw, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = _folder };
        info.Environment["PATH"] = _environment["PATH"];
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("DOTNET_", StringComparison.Ordinal)).ToList())
            info.Environment.Remove(name);
#pragma warning disable RS0030 // The program under test is started as its users start it, and stays.
        var process = Process.Start(info)!;
#pragma warning restore RS0030
        process.StandardInput.Close();
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
