using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Testing;

/// <summary>A PostgreSQL cluster of a test's own: a copy of one that was made once for the run, on a port of its own.</summary>
public sealed class TemporaryCluster : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> Template = new(CreateTemplateAsync);
    private static int _count;

    private TemporaryCluster(string dataDirectory, int port) => (DataDirectory, Port) = (dataDirectory, port);

    public string DataDirectory { get; }

    public int Port { get; }

    /// <summary>A resource over this cluster, controlled by pg_ctl, with short limits.</summary>
    public Resource Resource => new()
    {
        Name = "main",
        ServiceControl = ServiceControlKind.PgCtl,
        Service = "main",
        DataDirectory = DataDirectory,
        BinDirectory = PostgresInstallation.BinDirectory,
        Port = Port,
        OsUser = PostgresInstallation.OsUser,
        StartOptions = ["-p", Port.ToString(CultureInfo.InvariantCulture)],
        LogFile = Path.Combine(DataDirectory, "pg_ctl.log"),
        InitialState = ResourceState.ISP,
        ProbeLimit = TimeSpan.FromSeconds(10),
        StartLimit = TimeSpan.FromSeconds(30),
    };

    /// <summary>The pid in postmaster.pid.</summary>
    public int Pid => int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);

    public string PidFile => Path.Combine(DataDirectory, "postmaster.pid");

    /// <summary>Makes a cluster that is stopped.</summary>
    /// <param name="settings">Lines for its postgresql.conf.</param>
    public static async Task<TemporaryCluster> CreateAsync(params string[] settings)
    {
        var template = await Template.Value;
        // A name with blanks, quotes and other scripts: paths are data.
        var number = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        var directory = Path.Combine(Path.GetDirectoryName(template)!, $"it's 日本 -p 99 {number}");
        await TestCommand.RunAsync("/bin/cp", "-a", template, directory);
        await File.AppendAllLinesAsync(Path.Combine(directory, "postgresql.conf"), settings);
        return new(directory, FreePort());
    }

    /// <summary>Makes a cluster and starts it, past us: with plain pg_ctl.</summary>
    public static async Task<TemporaryCluster> StartedAsync(params string[] settings)
    {
        var cluster = await CreateAsync(settings);
        await cluster.StartAsync("-p", cluster.Port.ToString(CultureInfo.InvariantCulture));
        return cluster;
    }

    public Task StartAsync(params string[] options) => TestCommand.RunAsync(
        Program("pg_ctl"), "start", "-D", DataDirectory, "-w", "-l", Path.Combine(DataDirectory, "pg_ctl.log"), "-o", string.Join(' ', options));

    public Task<string> SqlAsync(string sql) =>
        TestCommand.RunAsync(Program("psql"), "-X", "-At", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-d", "template1", "-c", sql);

    /// <summary>Sends a signal to a process of the cluster's; the shell's own kill, because /bin/kill does not find all names in Turkish.</summary>
    public static Task SignalAsync(string signal, int pid) =>
        TestCommand.RunAsync("/bin/sh", "-c", """kill -s "$1" "$2" """, "sh", signal, pid.ToString(CultureInfo.InvariantCulture));

    public string Program(string name) => Path.Combine(PostgresInstallation.BinDirectory, name);

    public ValueTask DisposeAsync()
    {
        // Twice: a postmaster may have been forking while we looked.
        BackgroundProcess.KillAllIn(DataDirectory);
        BackgroundProcess.KillAllIn(DataDirectory);
        Directory.Delete(DataDirectory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<string> CreateTemplateAsync()
    {
        var bin = PostgresInstallation.BinDirectory;
        var directory = Path.Combine(await TemporaryFolder.PathAsync(), "template");
        await TestCommand.RunAsync(Path.Combine(bin, "initdb"), "-D", directory, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions");
        await File.AppendAllLinesAsync(Path.Combine(directory, "postgresql.conf"),
        [
            "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", "fsync = off", "shared_buffers = 4MB", "max_connections = 10",
            "superuser_reserved_connections = 2", "autovacuum = off",
        ]);
        return directory;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
