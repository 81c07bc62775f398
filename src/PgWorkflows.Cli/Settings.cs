using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Cli;

/// <summary>What a configuration file says: the resources that can be used, the folder of the history, and what is wrong with the rest.</summary>
internal sealed record Settings(IReadOnlyList<Resource> Resources, string? Data, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <exception cref="CliException">The file as a whole cannot be used.</exception>
    public static Settings Read(string file) => ConfigurationFile.Read(file) switch
    {
        ConfigurationFile.Loaded(var configuration) => ResourceConfiguration.Read(configuration, file) switch
        {
            ResourceConfiguration.Valid(var resources) => new(resources, DataOf(configuration["PgWorkflows:Data"], file), []),
            ResourceConfiguration.Invalid invalid => new(invalid.Usable, DataOf(configuration["PgWorkflows:Data"], file), invalid.Problems),
            var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
        },
        ConfigurationFile.Unusable(var problems) => throw Wrong(problems),
        var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
    };

    /// <summary>Every problem on a line of its own.</summary>
    public static CliException Wrong(IReadOnlyList<ConfigurationProblem> problems) =>
        new(ExitCodes.Configuration, [.. problems.Select(problem => problem.ToString())]);

    /// <summary>A relative folder is meant from the file that names it.</summary>
    private static string? DataOf(string? data, string file) =>
        string.IsNullOrWhiteSpace(data) ? null : Path.GetFullPath(data, Path.GetDirectoryName(file)!);
}
