using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;

namespace PgWorkflows.Windows.Tests;

/// <summary>
/// The Windows of these tests: Wine with a real Windows PostgreSQL registered as a service, a test service, and an sc that prints what
/// Microsoft's prints. Made once for a run and gone with it. At a desk without the programs it takes the tests are skipped; in CI they fail.
/// </summary>
public sealed class WindowsLab : IAsyncLifetime
{
    private readonly CommandRunner _runner = new(TimeProvider.System);
    private Dictionary<string, string> _values = [];
    private string? _missing;
    private string _folder = "";

    /// <summary>The port of the lab's server.</summary>
    public int Port { get; } = FreePort();

    /// <summary>The folder of the commands that go to Wine: sc, pg_ctl, labsc and its languages, wine.</summary>
    public string Bin => Value("BIN");

    /// <summary>Drive C: as a folder of this machine.</summary>
    public string Drive => Value("DRIVE");

    /// <summary>The data directory as a folder of this machine.</summary>
    public string Data => Value("DATA");

    /// <summary>The data directory as Windows calls it.</summary>
    public string WindowsData => Value("WINDOWS_DATA");

    /// <summary>The real service of the real server.</summary>
    public Resource Postgres(string serviceCommand = "labsc") => new()
    {
        Name = "main",
        ServiceControl = ServiceControlKind.Sc,
        Service = Value("SERVICE"),
        ServiceCommand = Path.Combine(Bin, serviceCommand),
        DataDirectory = Data,
        BinDirectory = Bin,
        Port = Port,
        PollInterval = TimeSpan.FromMilliseconds(200),
        PollRepeats = 100,
    };

    public async ValueTask InitializeAsync()
    {
        string[] needed = ["wine", "x86_64-w64-mingw32-gcc-win32", "npm"];
        _missing = Array.Find(needed, program => ProgramPath.Find(program) is null);
        if (_missing is not null)
            return;
        _folder = Path.Combine(await TemporaryFolder.PathAsync(), "windows-lab");
        var lines = await LabAsync("up", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), Port.ToString(CultureInfo.InvariantCulture));
        _values = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        File.CreateSymbolicLink(Path.Combine(Bin, "psql"), Path.Combine(PostgresInstallation.BinDirectory, "psql"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder.Length == 0)
            return;
        await LabAsync("down");
        Directory.Delete(_folder, recursive: true); // A gigabyte: at the process's end there would be no time for it.
    }

    /// <summary>Runs one of the lab's commands; anything but exit code 0 is the test's failure.</summary>
    public async Task<string> RunAsync(string command, params string[] arguments)
    {
        var result = await TryAsync(command, arguments);
        return result.Succeeded ? result.Stdout : throw new InvalidOperationException($"{result.Command} failed ({result.ExitCode}): {result.Output}");
    }

    /// <summary>Runs one of the lab's commands.</summary>
    public Task<CommandResult> TryAsync(string command, params string[] arguments) => TryAsync(new Dictionary<string, string>(), command, arguments);

    /// <summary>Runs one of the lab's commands with variables.</summary>
    public Task<CommandResult> TryAsync(IReadOnlyDictionary<string, string> environment, string command, params string[] arguments) =>
        _runner.RunAsync(new(Path.Combine(Bin, command), arguments) { EndsTree = false, Limit = TimeSpan.FromMinutes(1), Environment = environment }, CancellationToken.None);

    /// <summary>The variables that make Windows a Japanese one for a command.</summary>
    public async Task<IReadOnlyDictionary<string, string>> JapaneseAsync()
    {
        const string Locale = "ja_JP.UTF-8";
        var folder = Path.Combine(_folder, "locales");
        Directory.CreateDirectory(folder);
        var made = await _runner.RunAsync(new("localedef", "--no-archive", "-i", "ja_JP", "-f", "UTF-8", Path.Combine(folder, Locale)), CancellationToken.None);
        return Directory.Exists(Path.Combine(folder, Locale))
            ? new Dictionary<string, string> { ["LAB_SPEAKS"] = Locale, ["LOCPATH"] = folder }
            : throw new InvalidOperationException($"{made.Command} failed ({made.ExitCode}): {made.Output}");
    }

    /// <summary>Ends a Windows process by force.</summary>
    public Task KillAsync(int pid) => RunAsync("wine", "taskkill", "/f", "/pid", pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>Kills the postmaster and waits until its service has noticed.</summary>
    public async Task KillServerAsync()
    {
        // A pg_ctl that starts a server takes the postmaster.pid of one that began less than two seconds before for the new one's.
        await UntilAsync(() => Task.FromResult(PidFile?.StartTime < TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(3)));
        await KillAsync(PidFile!.Pid);
        await StoppedAsync();

        // The dead server's children hold its shared memory until they have noticed, which takes them a while on a busy machine.
        await UntilAsync(() => Task.FromResult(!ServerRuns()));
    }

    /// <summary>Whatever a test has left, the next one finds a stopped server and a stopped service.</summary>
    public async Task StopServerAsync()
    {
        if (_missing is not null)
            return; // The test was skipped.
        await TryAsync("pg_ctl", "stop", "-D", Data, "-m", "immediate", "-w");
        await TryAsync("labsc", "stop", Postgres().Service);
        await StoppedAsync();
    }

    /// <summary>The postmaster.pid of the lab's server.</summary>
    public PostmasterPidFile? PidFile => PostmasterPidFile.Read(Data);

    /// <summary>Windows processes live in real time: looks every 100 ms, for 30 s at most.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if (await condition())
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        throw new TimeoutException("What the test waits for did not happen.");
    }

    /// <summary>A process of the lab's server is there, the postmaster or a child.</summary>
    private bool ServerRuns() => Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])).Any(process =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains("postgres.exe", StringComparison.Ordinal)
                && File.ReadAllText(Path.Combine(process, "environ")).Contains($"WINEPREFIX={_folder}/", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended meanwhile, or is somebody else's.
        }
    });

    private Task StoppedAsync() =>
        UntilAsync(async () => (await TryAsync("labsc", "query", Postgres().Service)).Stdout.Contains("1  STOPPED", StringComparison.Ordinal));

    private string Value(string name)
    {
        if (_missing is not null)
        {
            var reason = $"{_missing} is missing; tests/stages/windows installs what the Windows lab needs.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        return _values[name];
    }

    private async Task<string> LabAsync(params string[] arguments)
    {
        // npm needs the environment that CommandRunner keeps from commands.
        var info = new ProcessStartInfo("/bin/bash", [Path.Combine(AppContext.BaseDirectory, "windows-lab", "lab"), _folder, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
#pragma warning disable RS0030 // See above.
        using var process = Process.Start(info)!;
#pragma warning restore RS0030
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"windows-lab {arguments[0]} failed: {await error}");
    }

    /// <summary>A port of loopback that nobody has at the moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>One lab for all; its services are used by one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class WindowsLabCollection : ICollectionFixture<WindowsLab>
{
    public const string Name = "Windows lab";
}
