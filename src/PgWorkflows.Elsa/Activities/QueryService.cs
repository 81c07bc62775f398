using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary><c>sc query</c>.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Asks for the status of the resource's service (sc query, pg_ctl status).", DisplayName = "Query service")]
[FlowNode("Running", "Stopped", "Paused", "Pending", "NoValue")]
public sealed class QueryService : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>The status in a word, for example Running; NoValue when none could be read.</summary>
    [Output(Description = "The status in a word, for example Running; NoValue when none could be read.")]
    public Output<string>? Status { get; set; }

    /// <summary>The command, its exit code and its output.</summary>
    [Output(Description = "The command, its exit code and its output.")]
    public Output<object>? Evidence { get; set; }
}
