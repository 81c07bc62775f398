using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Cli.Discovery;

/// <summary>A PostgreSQL server of this machine that nobody has configured yet.</summary>
/// <param name="Origin">How it was found, for people.</param>
/// <param name="Name">What it may be called.</param>
/// <param name="ServiceControl">pg_ctl, sc or systemd.</param>
/// <param name="Service">The service or unit; null with pg_ctl.</param>
/// <param name="DataDirectory">Its data directory.</param>
/// <param name="Port">Its port.</param>
internal sealed record FoundServer(string Origin, string Name, string ServiceControl, string? Service, string DataDirectory, int Port)
{
    /// <summary>Where its socket is; null when it is reached by TCP.</summary>
    public string? SocketDirectory { get; init; }

    /// <summary>Options without which it does not start.</summary>
    public IReadOnlyList<string> StartOptions { get; init; } = [];

    /// <summary>It runs.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Its port is among its start options, where step (4) looks for it.</summary>
    public bool ShowsItsPort { get; init; }

    /// <summary>psql is beside its other programs.</summary>
    public bool HasPsql { get; init; } = true;

    /// <summary>The entry of the configuration.</summary>
    public JsonObject Entry(string name)
    {
        var entry = new JsonObject { ["name"] = name, ["serviceControl"] = ServiceControl };
        if (Service is not null)
            entry["service"] = Service;
        entry["dataDirectory"] = DataDirectory;
        entry["port"] = Port;
        if (SocketDirectory is not null)
            entry["host"] = SocketDirectory;
        if (!ShowsItsPort)
            entry["portSource"] = "postmasterPid";
        if (!HasPsql)
            entry["client"] = "npgsql";
        if (ServiceControl == "pg_ctl" && StartOptions.Count > 0)
            entry["startOptions"] = new JsonArray([.. StartOptions.Select(option => (JsonNode)option)]);
        if (IsRunning)
            entry["initialState"] = nameof(ResourceState.ISP); // It serves: it is to be checked from now on.
        if (ResourceSettings.All.Any(setting => setting.Name == "profile"))
            entry["profile"] = "guarded";
        return entry;
    }

    /// <summary>A name that a resource may have.</summary>
    public static string NameOf(string text)
    {
        var name = new string([.. text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')]).Trim('-', '.', '_');
        return name.Length == 0 ? "main" : name.Length > 48 ? name[..48] : name;
    }

    /// <summary>The entry as it is written: one setting a line.</summary>
    public string Text(string name) => JsonSerializer.Serialize(Entry(name), Indented);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
