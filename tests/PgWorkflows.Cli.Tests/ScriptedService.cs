using System.Text.Json.Nodes;
using PgWorkflows.Testing;

namespace PgWorkflows.Cli.Tests;

/// <summary>A service manager, pg_ctl and psql made of small shell scripts over one state file; every command that changes something is written down.</summary>
internal sealed class ScriptedService : IDisposable
{
    private readonly string _folder;

    private ScriptedService(string folder, string state, double pauseSeconds)
    {
        _folder = folder;
        File.WriteAllText(Path.Combine(_folder, "state"), state);
        File.WriteAllText(Path.Combine(_folder, "data", "PG_VERSION"), "15\n");
        var pause = pauseSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);

        // mkdir is the lock that two commands at once would not both get.
        Script("sc", $$"""
            cd '{{_folder}}'
            case "$1" in
            query) printf 'SERVICE_NAME: %s\n        TYPE               : 10  WIN32_OWN_PROCESS\n        STATE              : %s\n' "$2" "$(cat state)" ;;
            start|stop)
                mkdir busy 2>/dev/null || echo overlap >> log
                echo "$1" >> log
                sleep {{pause}}
                if [ "$1" = start ]; then echo '4  RUNNING' > state.new; else echo '1  STOPPED' > state.new; fi
                mv state.new state
                rmdir busy ;;
            esac
            """);
        Script("pg_ctl", """echo 'pg_ctl: server is running (PID: 1)'; echo '/x/postgres "-D" "/data" "-p" "5432"'""");
        Script("psql", "echo rows");
    }

    public static async Task<ScriptedService> CreateAsync(string state = "1  STOPPED", double pauseSeconds = 0.02)
    {
        var folder = await TemporaryFolder.NewAsync();
        await TestCommand.RunAsync("/bin/mkdir", Path.Combine(folder, "data"));
        return new(folder, state, pauseSeconds);
    }

    public JsonObject Entry => new()
    {
        ["name"] = "main",
        ["serviceControl"] = "sc",
        ["service"] = "pgtest",
        ["serviceCommand"] = Path.Combine(_folder, "sc"),
        ["dataDirectory"] = Path.Combine(_folder, "data"),
        ["binDirectory"] = _folder,
        ["port"] = 5432,
        ["initialState"] = "ISP",
        ["pollInterval"] = "00:00:00.05",
    };

    /// <summary>What was started, stopped and, should it ever happen, done at the same time.</summary>
    public IReadOnlyList<string> Log => File.Exists(Path.Combine(_folder, "log")) ? File.ReadAllLines(Path.Combine(_folder, "log")) : [];

    public void SetState(string state) => File.WriteAllText(Path.Combine(_folder, "state"), state);

    /// <summary>Another program in the place of one of these.</summary>
    public void Replace(string name, string body) => Script(name, body);

    /// <summary>Waits until a command of a killed pgw has come to its end: the service manager finishes what it was told.</summary>
    public Task SettleAsync() => UntilAsync(() => Task.FromResult(!Directory.Exists(Path.Combine(_folder, "busy"))));

    public Task SawAsync(string verb) => UntilAsync(() => Task.FromResult(Log.Contains(verb)));

    /// <summary>Real processes live in real time: looks every 20 ms, for 20 s at most.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            if (await condition())
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        throw new TimeoutException("What the test waits for did not happen.");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Script(string name, string body)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }
}
