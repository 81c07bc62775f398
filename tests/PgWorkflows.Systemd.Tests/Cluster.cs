using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PgWorkflows.Testing;

namespace PgWorkflows.Systemd.Tests;

/// <summary>A PostgreSQL cluster inside, made and run as Debian does it, and the pgw that protects it there.</summary>
public sealed class Cluster(BootedSystemd systemd, string name)
{
    private const string Programs = "/opt/pgw";

    /// <summary>The major version.</summary>
    public static string Version => Path.GetFileName(Path.GetDirectoryName(PostgresInstallation.BinDirectory))!;

    public int Port { get; } = FreePort();

    public string Unit => $"postgresql@{Version}-{name}";

    public string DataDirectory => $"/var/lib/postgresql/{Version}/{name}";

    public string ConfigurationFile => $"/etc/pgworkflows/{name}.json";

    /// <summary>Makes the cluster, stopped, and a configuration that protects it by its unit.</summary>
    public static async Task<Cluster> CreateAsync(BootedSystemd systemd, string name)
    {
        systemd.MustRun();
        var cluster = new Cluster(systemd, name);
        await systemd.ShellAsync($"mkdir -p /var/lib/postgresql /var/log/postgresql /run/postgresql; chown postgres: /var/lib/postgresql /var/log/postgresql /run/postgresql; pg_createcluster -p {cluster.Port} {Version} {name} -- --no-sync");
        await systemd.RunAsync("systemctl", "daemon-reload");
        await cluster.ProtectAsync(cluster.Unit);
        return cluster;
    }

    /// <summary>Says which unit runs the cluster.</summary>
    public Task ProtectAsync(string unit) => systemd.WriteAsync(ConfigurationFile, JsonSerializer.Serialize(new
    {
        PgWorkflows = new
        {
            Data = $"/var/lib/pgworkflows-{name}",
            Resources = new[]
            {
                new
                {
                    name, serviceControl = "systemd", service = unit, dataDirectory = DataDirectory, port = Port, host = "/run/postgresql", portSource = "postmasterPid",
                    pollInterval = "00:00:00.2", pollRepeats = 100, initialState = "ISP",
                },
            },
        },
    }));

    /// <summary>Controls it without systemd, with the configuration where Debian keeps it.</summary>
    public Task ControlByPgCtlAsync() => systemd.RunAsync("sed", "-i",
        $"s|\"serviceControl\":\"systemd\"|\"serviceControl\":\"pg_ctl\",\"startOptions\":[\"-p\",\"{Port}\",\"-c\",\"config_file=/etc/postgresql/{Version}/{name}/postgresql.conf\"]|", ConfigurationFile);

    /// <summary>Runs an action by pgw; what its JSON says.</summary>
    public async Task<Seen> PgwAsync(string action)
    {
        var result = await systemd.TryAsync($"{Programs}/pgw", action, name, "--json", "--config", ConfigurationFile);
        if (result.ExitCode is null or >= 64)
            throw new InvalidOperationException($"pgw {action} {name} ended with {result.ExitCode}: {result.Output}");
        var json = JsonSerializer.Deserialize<JsonElement>(result.Stdout);
        return new(
            json.GetProperty("result").GetString()!, result.ExitCode.Value,
            [.. json.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetInt32())],
            [.. json.GetProperty("steps").EnumerateArray().Select(step => $"{step.GetProperty("label").GetString()} {step.GetProperty("outcome").GetString()}: {step.GetProperty("text").GetString()}")]);
    }

    public async Task<string> ShowAsync(string property) => (await systemd.RunAsync("systemctl", "show", "--value", "-p", property, Unit)).Trim();

    public Task<string> SqlAsync(string sql) =>
        systemd.RunAsync("runuser", "-u", "postgres", "--", "psql", "-XAt", "-h", "/run/postgresql", "-p", Port.ToString(CultureInfo.InvariantCulture), "-d", "template1", "-c", sql);

    public Task KillPostmasterAsync() => systemd.ShellAsync($"kill -9 $(head -1 {DataDirectory}/postmaster.pid)");

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>How a run ended.</summary>
    public sealed record Seen(string Result, int ReturnValue, IReadOnlyList<int> Events, IReadOnlyList<string> Steps)
    {
        /// <summary>The outcome and text of the last step of this label.</summary>
        public string Step(string label) => Steps.Last(step => step.StartsWith(label, StringComparison.Ordinal))[(label.Length + 1)..];
    }
}
