using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>Step (3) of deepCheck.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Runs pg_ctl status on the resource's data directory. Succeeded is exit code 0 with some output.", DisplayName = "pg_ctl status")]
[FlowNode("Succeeded", "Failed")]
public sealed class PgCtlStatus : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>The command, its exit code and its output.</summary>
    [Output(Description = "The command, its exit code and its output.")]
    public Output<object>? Evidence { get; set; }

    /// <summary>Standard output as it came, for Match port.</summary>
    [Output(Description = "Standard output as it came, for Match port.")]
    public Output<string>? StatusOutput { get; set; }
}
