using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>Step (4) of deepCheck.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Compares the port that the server was started with to the resource's.", DisplayName = "Match port")]
[FlowNode("Match", "Mismatch", "Missing")]
public sealed class MatchPort : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>Standard output of pg_ctl status. Not used when the resource's portSource is postmasterPid.</summary>
    [Input(Description = "Standard output of pg_ctl status. Not used when the resource's portSource is postmasterPid.")]
    public Input<string?> StatusOutput { get; set; } = null!;

    /// <summary>The port that was found; no value when none was.</summary>
    [Output(Description = "The port that was found; no value when none was.")]
    public Output<int>? ActualPort { get; set; }
}
