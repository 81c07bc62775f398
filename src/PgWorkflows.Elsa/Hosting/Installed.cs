using Microsoft.Extensions.Configuration;
using PgWorkflows.Persistence;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Elsa.Hosting;

/// <summary>What the configuration names: the protected servers and the folder of the history.</summary>
internal static class Installed
{
    private const string DataKey = "PgWorkflows:Data";

    public static ResourceList Resources(IConfiguration configuration) => ResourceConfiguration.Read(configuration, "configuration") switch
    {
        ResourceConfiguration.Valid(var resources) => new(resources),
        ResourceConfiguration.Invalid(var problems) => throw new PgWorkflowsConfigurationException([.. problems.Select(problem => problem.ToString())]),
        var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
    };

    public static Database Database(string? data, IConfiguration configuration)
    {
        var folder = data ?? configuration[DataKey];
        if (string.IsNullOrWhiteSpace(folder))
        {
            throw new PgWorkflowsConfigurationException(
                [$"{DataKey} is missing: name the folder of PgWorkflows' leases, states and events; that of a PgWorkflows server on this machine shares its resources with it."]);
        }

        return Persistence.Database.Open(Path.GetFullPath(folder));
    }
}

/// <summary>PgWorkflows' part of the configuration cannot be used; the message has every problem with its cure.</summary>
public sealed class PgWorkflowsConfigurationException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>The problems, one by one.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
