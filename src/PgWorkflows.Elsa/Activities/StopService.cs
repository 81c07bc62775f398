using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary><c>sc stop</c>; committed before and after.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Stops the resource's service (sc stop, pg_ctl stop). Succeeded means that the command was accepted; a query tells the rest.", DisplayName = "Stop service")]
[FlowNode("Succeeded", "Failed")]
public sealed class StopService : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>The command, its exit code and its output.</summary>
    [Output(Description = "The command, its exit code and its output.")]
    public Output<object>? Evidence { get; set; }
}
