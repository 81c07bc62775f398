using System.Diagnostics;
using System.Globalization;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Systemd.Tests;

/// <summary>A real systemd in namespaces of its own, with the journal and the bus; gone when the tests are. Where it cannot be had, tests are skipped; in CI they fail.</summary>
public sealed class BootedSystemd : IAsyncLifetime
{
    private static readonly CommandRunner Runner = new(TimeProvider.System);
    private readonly string _root = Directory.CreateTempSubdirectory("pgw-systemd-").FullName;
    private readonly string _log = Path.GetTempFileName();
    private Process? _unshare;
    private int _init;

    /// <summary>pgw as it is installed: with the server beside it.</summary>
    private static string Programs => Path.GetFullPath(AppContext.BaseDirectory.Replace("PgWorkflows.Systemd.Tests", "PgWorkflows.Cli", StringComparison.Ordinal));

    /// <summary>What the tests need and this machine lacks; null when all is there.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Missing = WhatIsMissing();
        if (Missing is not null)
            return;
        var dotnet = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location))))!;
#pragma warning disable RS0030 // It lives as long as the tests; CommandRunner is for commands with an end.
        _unshare = Process.Start("/bin/bash", ["-c",
            """
            exec >"$1" 2>&1 </dev/null; shift
            exec unshare --mount "$@"
            """, "bash", _log, Path.Combine(AppContext.BaseDirectory, "enter.sh"), Path.Combine(AppContext.BaseDirectory, "boot.sh"), _root, Programs, dotnet]);
#pragma warning restore RS0030
        var deadline = Stopwatch.StartNew();
        while (deadline.Elapsed < TimeSpan.FromSeconds(60) && !_unshare.HasExited)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            _init = Child(_unshare.Id);
            if (_init != 0 && (await TryAsync("systemctl", "is-system-running")).Stdout.Trim() is "running" or "degraded")
                return;
        }

        Missing = $"systemd did not boot: {await File.ReadAllTextAsync(_log)} {(_init == 0 ? "" : (await TryAsync("systemctl", "list-units", "--failed", "--no-pager")).Output)}";
    }

    /// <summary>Every test begins with it.</summary>
    public void MustRun()
    {
        if (Missing is not null && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(Missing);
        Assert.SkipWhen(Missing is not null, Missing ?? "");
    }

    /// <summary>Runs a program inside; anything but exit code 0 is the test's failure.</summary>
    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        var result = await TryAsync(program, arguments);
        return result.Succeeded ? result.Stdout : throw new InvalidOperationException($"{result.Command} failed ({result.ExitCode}): {result.Output}");
    }

    /// <summary>Runs a script inside.</summary>
    public Task<string> ShellAsync(string script) => RunAsync("/bin/bash", "-euc", script);

    public Task<CommandResult> TryAsync(string program, params string[] arguments) => Runner.RunAsync(
        new("nsenter", ["-t", _init.ToString(CultureInfo.InvariantCulture), "-m", "-p", "-u", "-i", "-C", "-r", "-w", "--", program, .. arguments])
        {
            Limit = TimeSpan.FromMinutes(2), EndsTree = false,
        }, CancellationToken.None);

    /// <summary>Writes a file inside.</summary>
    public Task WriteAsync(string path, string text) => RunAsync("/bin/bash", "-euc", "mkdir -p \"$(dirname \"$1\")\"; printf %s \"$2\" >\"$1\"", "bash", path, text);

    public async ValueTask DisposeAsync()
    {
        if (_unshare is { HasExited: false })
            _unshare.Kill(); // The kernel ends all that lives in the namespace with its first process.
        if (_unshare is not null)
            await _unshare.WaitForExitAsync();
        if (_unshare is not null)
            await Runner.RunAsync(new("unshare", "--mount", Path.Combine(AppContext.BaseDirectory, "enter.sh"), "--leave", _root), CancellationToken.None);
        Directory.Delete(_root);
        File.Delete(_log);
    }

    private static string? WhatIsMissing()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return "A systemd of its own takes root on Linux.";
        string[] needed = ["/lib/systemd/systemd", "/usr/bin/dbus-daemon", "/usr/bin/unshare", "/usr/bin/nsenter", "/usr/bin/pg_createcluster"];
        return needed.Where(file => !File.Exists(file)).ToList() is { Count: > 0 } missing
            ? $"There is no {string.Join(", ", missing)}: apt-get install systemd dbus postgresql." : null;
    }

    private static int Child(int pid)
    {
        var file = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{pid}/children");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Split(' ')[0], CultureInfo.InvariantCulture, out var child) ? child : 0;
    }
}
