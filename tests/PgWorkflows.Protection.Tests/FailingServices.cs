using System.Globalization;
using System.Text.Json.Nodes;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>
/// Services that fail as services do: they stop, their postmaster dies, a start is refused, clients get no connection, a command hangs. Every start
/// and stop is written down when it is issued and when it is answered, so that a history can be held against it, effect by effect.
/// </summary>
internal sealed class FailingServices : IDisposable
{
    private const string Limit = "00:00:03"; // Shorter than a hung command hangs.
    private const string Running = "4  RUNNING";
    private const string Stopped = "1  STOPPED";
    private static readonly CommandRunner Runner = new(TimeProvider.System);

    private readonly ScriptedServices _services;
    private int _lastPort = 20000; // Nobody listens there; it only tells psql which service is meant.

    private FailingServices(ScriptedServices services) => _services = services;

    /// <summary>Each start and stop takes this pause until its command is answered, and once more until it is done: times in which a server can be killed.</summary>
    public static async Task<FailingServices> CreateAsync(double pauseSeconds)
    {
        var pause = pauseSeconds.ToString(CultureInfo.InvariantCulture);
        var services = await ScriptedServices.CreateAsync();
        services.Replace("sc", FailingPrograms.Sc(services.Folder, pause));
        services.Replace("manager", FailingPrograms.Manager(services.Folder, pause));
        services.Replace("pg_ctl", FailingPrograms.PgCtl);
        services.Replace("psql", FailingPrograms.Psql(services.Folder));
        File.Copy("/bin/sh", Path.Combine(services.Folder, "postgres")); // Who looks at the process sees this name.
        return new(services);
    }

    /// <summary>A service that runs, and its entry in a configuration file.</summary>
    public async Task<JsonObject> AddAsync(string name)
    {
        var entry = await _services.AddAsync(name, Stopped);
        var port = Interlocked.Increment(ref _lastPort);
        await File.WriteAllTextAsync(In(name, "port"), $"{port}\n");
        File.CreateSymbolicLink(Path.Combine(_services.Folder, $"port-{port}"), In(name));
        entry["port"] = port;
        foreach (var limit in new[] { "queryLimit", "startLimit", "stopLimit", "statusLimit", "probeLimit" })
            entry[limit] = Limit;

        var started = await Runner.RunAsync(new(Path.Combine(_services.Folder, "sc"), "start", name), TestContext.Current.CancellationToken);
        Assert.True(started.Succeeded, started.Output);
        await Until.TrueAsync(() => IsUp(name));
        File.Delete(In(name, "log")); // From here on it is the product that starts and stops.
        return entry;
    }

    /// <summary>The service manager calls it running, and clients get a connection.</summary>
    public bool IsUp(string name) => _services.State(name) == Running && File.Exists(In(name, "up"));

    /// <summary>The service ends, and the service manager notices.</summary>
    public Task StopAsync(string name) => EndAsync(name, noticed: true);

    /// <summary>The postmaster ends, and the service manager does not notice.</summary>
    public Task LosePostmasterAsync(string name) => EndAsync(name, noticed: false);

    /// <summary>Starts are refused with this Win32 error: the next one, or all of them for a time.</summary>
    public void RefuseStarts(string name, int error, TimeSpan? time) => Fault(name, "refuse-start", error.ToString(CultureInfo.InvariantCulture), time);

    /// <summary>Clients get no connection for a time, in psql's words.</summary>
    public void RefuseClients(string name, string words, TimeSpan time) => Fault(name, "refuse-psql", words, time);

    /// <summary>The next query, start or stop hangs.</summary>
    public void HangNext(string name, string verb) => Fault(name, $"hang-{verb}", "", null);

    /// <summary>Clients hang that come within this time.</summary>
    public void HangClients(string name, TimeSpan time) => Fault(name, "hang-psql", "", time);

    /// <summary>No more faults; what has failed already stays as it is.</summary>
    public void Heal(string name)
    {
        foreach (var fault in Directory.EnumerateFiles(In(name), "fault.*"))
            File.Delete(fault);
    }

    /// <summary>
    /// Comes back when every start and stop that was issued has been answered or hangs. A command outlives the server that issued it; on a busy machine
    /// the next server might be there before its first line, and then no time could tell to which of the two it belongs.
    /// </summary>
    public Task SettledAsync()
    {
        var program = Path.Combine(_services.Folder, "sc");
        return Until.TrueAsync(() => !Directory.EnumerateDirectories("/proc").Any(process => CommandLine(process).Split('\0') is [_, var script, "start" or "stop", ..] && script == program));
    }

    /// <summary>The starts and stops that were issued, in order.</summary>
    public IReadOnlyList<IssuedCommand> Issued(string name) => IssuedCommand.Read(File.Exists(In(name, "log")) ? File.ReadAllLines(In(name, "log")) : []);

    /// <summary>What the service manager and the process say now.</summary>
    public string Story(string name) => $"{_services.State(name)}, {(File.Exists(In(name, "up")) ? "up" : "not up")}, it saw {string.Join(", ", Issued(name).Select(command => $"{command.Verb} {command.Answer}"))}";

    public void Dispose()
    {
        BackgroundProcess.KillAllIn(_services.Folder);
        _services.Dispose();
    }

    private async Task EndAsync(string name, bool noticed)
    {
        // The service manager's own lock: neither comes between the other's steps.
        await Until.TrueAsync(() => TryLock(name));
        if (IsUp(name))
        {
            File.Delete(In(name, "up"));
            if (noticed)
                Write(name, "state", Stopped);
            Signals.Kill(int.Parse(File.ReadLines(In(name, "data/postmaster.pid")).First(), CultureInfo.InvariantCulture));
        }

        File.Delete(In(name, "lock"));
    }

    private bool TryLock(string name)
    {
        try
        {
            using var file = new FileStream(In(name, "lock"), FileMode.CreateNew);
            return true;
        }
        catch (IOException)
        {
            return false; // The service manager has it.
        }
    }

    private void Fault(string name, string kind, string word, TimeSpan? time)
    {
        var until = time is { } span ? (TimeProvider.System.GetUtcNow() + span).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) : "once";
        Write(name, $"fault.{kind}", $"{until} {word}");
    }

    /// <summary>At once, for those who read meanwhile.</summary>
    private void Write(string name, string file, string line)
    {
        File.WriteAllText(In(name, $"{file}.test"), line + "\n");
        File.Move(In(name, $"{file}.test"), In(name, file), overwrite: true);
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It has ended, or /proc has other things there.
        }
    }

    private string In(string name, string file = "") => Path.Combine(_services.Folder, name, file);
}
