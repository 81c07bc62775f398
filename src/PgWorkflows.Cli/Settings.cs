using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Cli;

/// <summary>What a configuration file says: the resources and the folder of the history.</summary>
internal sealed record Settings(IReadOnlyList<Resource> Resources, string? Data)
{
    /// <exception cref="CliException">The file is missing or wrong: every problem on a line of its own.</exception>
    public static Settings Read(string file) => ConfigurationFile.Read(file) switch
    {
        ConfigurationFile.Loaded(var configuration) => ResourceConfiguration.Read(configuration, file) switch
        {
            ResourceConfiguration.Valid(var resources) => new(resources, DataOf(configuration["PgWorkflows:Data"], file)),
            ResourceConfiguration.Invalid(var problems) => throw Wrong(problems),
            var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
        },
        ConfigurationFile.Unusable(var problems) => throw Wrong(problems),
        var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
    };

    /// <summary>A relative folder is meant from the file that names it.</summary>
    private static string? DataOf(string? data, string file) =>
        string.IsNullOrWhiteSpace(data) ? null : Path.GetFullPath(data, Path.GetDirectoryName(file)!);

    private static CliException Wrong(IReadOnlyList<ConfigurationProblem> problems) =>
        new(ExitCodes.Configuration, [.. problems.Select(problem => problem.ToString())]);
}
