using Microsoft.Extensions.Configuration;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Delivery;
using PgWorkflows.Runtime.Retention;

namespace PgWorkflows.Cli;

/// <summary>What a configuration file says: the resources that can be used, the folder of the history, who is told of events, and what is wrong with the rest.</summary>
internal sealed record Settings(
    IReadOnlyList<Resource> Resources, string? Data, IReadOnlyList<IEventChannel> Channels, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <exception cref="CliException">The file as a whole cannot be used.</exception>
    public static Settings Read(string file) => ConfigurationFile.Read(file) switch
    {
        ConfigurationFile.Loaded(var configuration) => Of(configuration, file),
        ConfigurationFile.Unusable(var problems) => throw Wrong(problems),
        var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
    };

    private static Settings Of(IConfiguration configuration, string file)
    {
        var (resources, problems) = ResourceConfiguration.Read(configuration, file) switch
        {
            ResourceConfiguration.Valid(var valid) => (valid, []),
            ResourceConfiguration.Invalid invalid => (invalid.Usable, invalid.Problems),
            var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
        };
        var switches = new List<(string Key, string Problem, string Cure)>();
        var channels = EventChannels.Read(configuration, switches);
        RetentionOptions.Read(configuration, switches); // The server's alone; but here its mistakes are found before it is started.
        ServerOptions.Read(configuration, switches);
        return new(resources, DataOf(configuration["PgWorkflows:Data"], file), channels,
            [.. problems, .. switches.Select(wrong => new ConfigurationProblem(file, wrong.Key, wrong.Problem, wrong.Cure))]);
    }

    /// <summary>Every problem on a line of its own.</summary>
    public static CliException Wrong(IReadOnlyList<ConfigurationProblem> problems) =>
        new(ExitCodes.Configuration, [.. problems.Select(problem => problem.ToString())]);

    /// <summary>A relative folder is meant from the file that names it.</summary>
    private static string? DataOf(string? data, string file) =>
        string.IsNullOrWhiteSpace(data) ? null : Path.GetFullPath(data, Path.GetDirectoryName(file)!);
}
