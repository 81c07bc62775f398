using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>Looks at the postmaster process, in the guarded profile.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Looks for the process that the data directory's postmaster.pid names, and whether it is this server's postmaster. Unknown is for want of permission to look.", DisplayName = "Check postmaster")]
[FlowNode("Alive", "Gone", "Unknown")]
public sealed class CheckPostmaster : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>What was found.</summary>
    [Output(Description = "What was found.")]
    public Output<object>? Evidence { get; set; }
}
