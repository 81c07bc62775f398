using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary><c>sc start</c>; committed before and after.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Starts the resource's service (sc start, pg_ctl start). Succeeded means that the command was accepted; a query tells the rest.", DisplayName = "Start service")]
[FlowNode("Succeeded", "Failed")]
public sealed class StartService : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>The command, its exit code and its output.</summary>
    [Output(Description = "The command, its exit code and its output.")]
    public Output<object>? Evidence { get; set; }
}
