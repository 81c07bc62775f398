using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Delivery;
using PgWorkflows.Runtime.Retention;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Hosting;

/// <summary>Everything that the configuration says to the server.</summary>
internal sealed record ServerSettings(ConfiguredResources Resources, ServerOptions Server, RetentionOptions Retention, IReadOnlyList<IEventChannel> Channels)
{
    /// <exception cref="ServerConfigurationException">Something beside the resources is wrong.</exception>
    public static ServerSettings Read(IConfiguration configuration)
    {
        var resources = ConfiguredResources.Read(configuration);
        var problems = new List<(string Key, string Problem, string Cure)>();
        var settings = new ServerSettings(resources, ServerOptions.Read(configuration, problems), RetentionOptions.Read(configuration, problems), Told(configuration, problems));
        ServerConfigurationException.ThrowIfAny(problems);
        return settings;
    }

    /// <summary>The folder of the history.</summary>
    public static string DataOf(IConfiguration configuration) => configuration["PgWorkflows:Data"] is { Length: > 0 } given ? Path.GetFullPath(given) : Installation.DefaultData();

    /// <summary>Who is told of events; nobody of a demo's.</summary>
    private static IReadOnlyList<IEventChannel> Told(IConfiguration configuration, List<(string Key, string Problem, string Cure)> problems) =>
        string.Equals(configuration["demo"], "true", StringComparison.OrdinalIgnoreCase) ? [] : EventChannels.Read(configuration, problems);
}
