using Microsoft.Extensions.Configuration.Json;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime.Demo;
using PgWorkflows.Server.Hosting;

namespace PgWorkflows.Server.Demo;

/// <summary>What <c>pgw serve</c> hands over: the configuration file, or a demo instead of one.</summary>
internal static class StartSetup
{
    /// <summary>Takes the file of <c>--config</c>; environment and command line still win over it.</summary>
    public static void AddConfigurationFile(this WebApplicationBuilder builder)
    {
        // Npgsql reads PostgreSQL's variables of its own process; here only the configuration decides which server is asked, and as whom.
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("PG", StringComparison.OrdinalIgnoreCase)).ToList())
            Environment.SetEnvironmentVariable(name, null);

        if (builder.Configuration["config"] is not { Length: > 0 } file)
            return;
        var sources = builder.Configuration.Sources;
        foreach (var standard in sources.OfType<JsonConfigurationSource>().ToList())
            sources.Remove(standard);
        var source = new JsonConfigurationSource { Path = Path.GetFullPath(file), Optional = false, ReloadOnChange = false };
        source.ResolveFileProvider();
        sources.Insert(0, source);
    }

    /// <summary>With <c>--demo=true</c>: a throwaway PostgreSQL server as the one resource, gone when the server is.</summary>
    public static async Task AddDemoAsync(this WebApplicationBuilder builder)
    {
        if (!string.Equals(builder.Configuration["demo"], "true", StringComparison.OrdinalIgnoreCase))
            return;
        var data = ServerSettings.DataOf(builder.Configuration);
        ServerSeat.Take(Database.Open(data, TimeProvider.System), TimeProvider.System); // A demo that is served already stays as it is.
        var runner = new CommandRunner(TimeProvider.System);
        var note = Path.Combine(data, "demo-server.json");
        await ThrowawayServer.RemoveNotedAsync(runner, note, CancellationToken.None);
        var server = await ThrowawayServer.MakeAsync(runner, alwaysFetch: false, CancellationToken.None);
        await server.NoteAsync(note, CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult(); // Also when the address turns out to be taken.
        foreach (var file in builder.Configuration.Sources.OfType<JsonConfigurationSource>().ToList())
            builder.Configuration.Sources.Remove(file); // A demo touches nobody's servers.
        builder.Configuration.AddInMemoryCollection(Entry(server.Resource));
        builder.Services.AddSingleton(server).AddHostedService<DemoGuide>();
    }

    private static Dictionary<string, string?> Entry(Resource resource)
    {
        var entry = new Dictionary<string, string?>
        {
            ["name"] = resource.Name,
            ["serviceControl"] = "pg_ctl",
            ["dataDirectory"] = resource.DataDirectory,
            ["binDirectory"] = resource.BinDirectory,
            ["port"] = $"{resource.Port}",
            ["osUser"] = resource.OsUser,
            ["client"] = resource.Client.ToString().ToLowerInvariant(),
            ["logFile"] = resource.LogFile,
            ["profile"] = resource.Profile.ToString().ToLowerInvariant(),
            ["pollInterval"] = resource.PollInterval?.ToString(),
        };
        return entry.Where(pair => pair.Value is not null).ToDictionary(pair => $"{ResourceConfiguration.Section}:0:{pair.Key}", pair => pair.Value);
    }
}
