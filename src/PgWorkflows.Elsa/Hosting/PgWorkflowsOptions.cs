using Microsoft.Extensions.Configuration;

namespace PgWorkflows.Elsa.Hosting;

/// <summary>How PgWorkflows is set up in an Elsa server.</summary>
public sealed class PgWorkflowsOptions
{
    /// <summary>Where the section <c>PgWorkflows</c> with the resources is; by default the application's configuration.</summary>
    public IConfiguration? Configuration { get; set; }

    /// <summary>
    /// The folder of PgWorkflows' own history: leases, states, events. Give the folder of a PgWorkflows server on this machine to share its
    /// resources with it. By default <c>PgWorkflows:Data</c>, else the platform's folder for program data.
    /// </summary>
    public string? Data { get; set; }

    /// <summary>Whether the shipped definitions are offered; a server that has its own may leave them out.</summary>
    public bool ShippedDefinitions { get; set; } = true;
}
