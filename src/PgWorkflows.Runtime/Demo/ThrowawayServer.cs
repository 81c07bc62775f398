using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Runtime.Demo;

/// <summary>A PostgreSQL cluster that lives as long as the demo: in a temporary folder, on a free loopback port, owned by an ordinary user.</summary>
public sealed class ThrowawayServer : IAsyncDisposable
{
    private readonly ICommandRunner _runner;
    private readonly string _folder;

    private ThrowawayServer(ICommandRunner runner, string folder, Resource resource, bool isFetched) =>
        (_runner, _folder, Resource, IsFetched) = (runner, folder, resource, isFetched);

    /// <summary>The resource over it.</summary>
    public Resource Resource { get; }

    /// <summary>The programs came with the npm package.</summary>
    public bool IsFetched { get; }

    /// <summary>Makes the cluster, stopped.</summary>
    /// <exception cref="DemoException">This machine has not what it needs.</exception>
    public static async Task<ThrowawayServer> MakeAsync(ICommandRunner runner, bool alwaysFetch, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("pgw-demo-").FullName;
        try
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            var installed = alwaysFetch ? null : ServerPrograms.FindInstalled();
            var programs = installed ?? await ServerPrograms.FetchAsync(runner, folder, cancellationToken);
            var user = OrdinaryUser();
            var home = await FolderForAsync(runner, user, folder, cancellationToken);
            var cluster = Path.Combine(home, "data");

            var made = await runner.RunAsync(new Command(Path.Combine(programs, OperatingSystem.IsWindows() ? "initdb.exe" : "initdb"),
                "-D", cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync") { OsUser = user, Limit = TimeSpan.FromMinutes(2) }, cancellationToken);
            if (!made.Succeeded)
                throw new DemoException($"The demo's cluster could not be made: {made.Command}: {made.Output}");

            var port = FreePort();
            string[] settings =
            [
                $"port = {port}", "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", "fsync = off", "shared_buffers = 16MB", "logging_collector = off",
            ];
            await File.AppendAllLinesAsync(Path.Combine(cluster, "postgresql.conf"), settings, cancellationToken); // The file keeps its owner.

            return new(runner, folder, new Resource
            {
                Name = "demo",
                ServiceControl = ServiceControlKind.PgCtl,
                Service = "demo",
                DataDirectory = cluster,
                BinDirectory = programs,
                Port = port,
                OsUser = user,
                Client = File.Exists(Path.Combine(programs, OperatingSystem.IsWindows() ? "psql.exe" : "psql")) ? ClientKind.Psql : ClientKind.Npgsql,
                StartOptions = ["-p", $"{port}"],
                LogFile = Path.Combine(home, "server.log"),
                PollInterval = TimeSpan.FromSeconds(1),
                Profile = ResourceProfile.Guarded,
            }, isFetched: installed is null);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>SIGKILL to the postmaster, as the out-of-memory killer would.</summary>
    public async Task<int> KillAsync(CancellationToken cancellationToken)
    {
        var pid = PostmasterPidFile.Read(Resource.DataDirectory)?.Pid
            ?? throw new DemoException("The demo's server has no postmaster.pid, so there is nothing to kill.");
        using var postmaster = Process.GetProcessById(pid);
        postmaster.Kill();

        // Dying takes a moment, in which it still is a process; what the checks find next shall not depend on how busy the machine is.
        for (var looks = 0; looks < 500 && !PostmasterSight.Of(Resource.DataDirectory).IsGone; looks++)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        return pid;
    }

    /// <summary>Writes down where it is, so that another process can take away what a process that was killed has left.</summary>
    /// <param name="file">A file in a folder that only its owner can write: what stands in it is run.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task NoteAsync(string file, CancellationToken cancellationToken) => File.WriteAllTextAsync(
        file, JsonSerializer.Serialize(new Note(_folder, Resource.DataDirectory, Resource.BinDirectory!, Resource.OsUser)), cancellationToken);

    /// <summary>Stops the server that a note tells of and removes its files; nothing happens when that has been done.</summary>
    public static async Task RemoveNotedAsync(ICommandRunner runner, string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
            return;
        var note = JsonSerializer.Deserialize<Note>(await File.ReadAllTextAsync(file, cancellationToken))!;
        await new ThrowawayServer(runner, note.Folder, new Resource
        {
            Name = "demo",
            ServiceControl = ServiceControlKind.PgCtl,
            Service = "demo",
            DataDirectory = note.DataDirectory,
            BinDirectory = note.BinDirectory,
            Port = 1, // Nobody asks it.
            OsUser = note.OsUser,
        }, isFetched: false).DisposeAsync();
        File.Delete(file);
    }

    /// <summary>Stops the server and removes its files, once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Directory.Exists(_folder))
            return;
        // Whatever happened before: nothing stays behind. The story's own end has stopped the server already, as a rule.
        await _runner.RunAsync(PgCtl.Stop(Resource with { StopMode = StopMode.Immediate, StopLimit = TimeSpan.FromSeconds(20) }), CancellationToken.None);
        for (var attempt = 0; attempt < 50; attempt++)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && attempt < 49)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System); // The server's last files go as it ends.
            }
        }
    }

    /// <summary>PostgreSQL refuses to run as root: then another user of this machine runs it.</summary>
    private static string? OrdinaryUser()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return null;
        var names = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        return new[] { "postgres", "nobody", "daemon" }.FirstOrDefault(names.Contains)
            ?? throw new DemoException("PostgreSQL does not run as root, and this machine has no user postgres, nobody or daemon. Run the demo as an ordinary user.");
    }

    /// <summary>A folder that the user owns: made by that user in a place where it may for a moment.</summary>
    private static async Task<string> FolderForAsync(ICommandRunner runner, string? user, string folder, CancellationToken cancellationToken)
    {
        var home = Path.Combine(folder, "server");
        if (user is null)
        {
            Directory.CreateDirectory(home);
            return home;
        }

        var chown = await runner.RunAsync(new Command("install", "-d", "-m", "700", "-o", user, home), cancellationToken);
        return chown.Succeeded ? home : throw new DemoException($"The demo's folder could not be made for {user}: {chown.Output}");
    }

    private sealed record Note(string Folder, string DataDirectory, string BinDirectory, string? OsUser);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
