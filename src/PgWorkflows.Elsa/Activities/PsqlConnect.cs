using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>Steps (5) and (6) of deepCheck.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Connects to the resource's server with psql (or Npgsql, as configured) and asks for its system relations or its databases.", DisplayName = "psql connect")]
[FlowNode("Succeeded", "Failed")]
public sealed class PsqlConnect : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>SystemRelations is step (5), DatabaseList its fallback, step (6).</summary>
    [Input(Description = "SystemRelations is step (5), DatabaseList its fallback, step (6).", UIHint = "dropdown", Options = new[] { "SystemRelations", "DatabaseList" })]
    public Input<string> Probe { get; set; } = null!;

    /// <summary>The command, its exit code and its output.</summary>
    [Output(Description = "The command, its exit code and its output.")]
    public Output<object>? Evidence { get; set; }
}
