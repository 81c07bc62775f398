using PgWorkflows.Postgres.Resources;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Hosting;

/// <summary>
/// What the configuration says of resources. One that is wrong must not keep the server from protecting the others: it is left out, told in the
/// log and shown on the first page. A mistake beside the resources still keeps the server from starting.
/// </summary>
/// <param name="Usable">The resources without a problem of their own.</param>
/// <param name="Problems">What is wrong with the others.</param>
internal sealed record ConfiguredResources(IReadOnlyList<Resource> Usable, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <exception cref="ServerConfigurationException">The configuration as a whole cannot be trusted.</exception>
    public static ConfiguredResources Read(IConfiguration configuration)
    {
        var file = configuration["config"] is { Length: > 0 } given ? given : "appsettings.json";
        return ResourceConfiguration.Read(configuration, file) switch
        {
            ResourceConfiguration.Valid(var valid) => new(valid, []),
            ResourceConfiguration.Invalid invalid when invalid.Problems.All(problem => problem.Key.StartsWith($"{ResourceConfiguration.Section}:", StringComparison.OrdinalIgnoreCase))
                => new(invalid.Usable, invalid.Problems),
            ResourceConfiguration.Invalid(var problems) => throw new ServerConfigurationException([.. problems.Select(problem => problem.ToString())]),
            var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
        };
    }
}
