using System.Globalization;
using System.Text.Json.Nodes;
using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>
/// A service manager, pg_ctl and psql made of small shell scripts over one folder for each service; every start and stop is written down with its
/// begin and its end, so that a history can be held against it.
/// </summary>
internal sealed class ScriptedServices : IDisposable
{
    private readonly string _folder;

    private ScriptedServices(string folder, double pauseSeconds)
    {
        _folder = folder;
        var pause = pauseSeconds.ToString(CultureInfo.InvariantCulture);
        Script("sc", $$"""
            cd '{{_folder}}/'"$2" || exit 1
            case "$1" in
            query) printf 'SERVICE_NAME: %s\n        TYPE               : 10  WIN32_OWN_PROCESS\n        STATE              : %s\n' "$2" "$(cat state)" ;;
            start|stop)
                mkdir busy 2>/dev/null || echo overlap >> log
                echo "$1" >> log
                sleep {{pause}}
                if [ "$1" = start ]; then echo '4  RUNNING' > state.$$; else echo '1  STOPPED' > state.$$; fi
                [ -e broken ] && echo '1  STOPPED' > state.$$
                mv state.$$ state
                rmdir busy ;;
            esac
            """);
        Script("pg_ctl", """echo 'pg_ctl: server is running (PID: 1)'; echo '/x/postgres "-D" "/data" "-p" "5432"'""");
        Script("psql", "echo rows");
    }

    public static async Task<ScriptedServices> CreateAsync(double pauseSeconds = 0.02) => new(await TemporaryFolder.NewAsync(), pauseSeconds);

    /// <summary>Where the programs are, and a folder for each service.</summary>
    public string Folder => _folder;

    /// <summary>A service and its entry in a configuration file.</summary>
    public async Task<JsonObject> AddAsync(string name, string state = "4  RUNNING")
    {
        await TestCommand.RunAsync("/bin/mkdir", "-p", Path.Combine(Of(name), "data")); // A data directory has an owner who is not root.
        File.WriteAllText(Path.Combine(Of(name), "data", "PG_VERSION"), "15\n");
        SetState(name, state);
        return new JsonObject
        {
            ["name"] = name,
            ["serviceControl"] = "sc",
            ["service"] = name,
            ["serviceCommand"] = Path.Combine(_folder, "sc"),
            ["dataDirectory"] = Path.Combine(Of(name), "data"),
            ["binDirectory"] = _folder,
            ["port"] = 5432,
            ["initialState"] = "ISP",
            ["pollInterval"] = "00:00:00.05",
        };
    }

    /// <summary>The starts and stops that a service has seen, and <c>overlap</c> should two ever be under way at once.</summary>
    public IReadOnlyList<string> Log(string name) => File.Exists(Path.Combine(Of(name), "log")) ? File.ReadAllLines(Path.Combine(Of(name), "log")) : [];

    public void SetState(string name, string state) => File.WriteAllText(Path.Combine(Of(name), "state"), state + "\n");

    public string State(string name) => File.ReadAllText(Path.Combine(Of(name), "state")).Trim();

    /// <summary>From now on the service never runs, whatever it is told.</summary>
    public void Break(string name) => File.WriteAllText(Path.Combine(Of(name), "broken"), "");

    public bool IsBusy(string name) => Directory.Exists(Path.Combine(Of(name), "busy"));

    /// <summary>Another program in the place of one of these.</summary>
    public void Replace(string program, string body) => Script(program, body);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Of(string name) => Path.Combine(_folder, name);

    private void Script(string name, string body)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }
}
