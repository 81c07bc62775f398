using Elsa.Features.Services;

namespace PgWorkflows.Elsa.Hosting;

/// <summary>The one line.</summary>
public static class ModuleExtensions
{
    /// <summary>Adds PgWorkflows: activities, shipped definitions, resources from configuration, leases, states and events.</summary>
    public static IModule UsePgWorkflows(this IModule module, Action<PgWorkflowsOptions>? configure = null)
    {
        module.Configure<PgWorkflowsFeature>(feature => configure?.Invoke(feature.Options));
        return module;
    }
}
