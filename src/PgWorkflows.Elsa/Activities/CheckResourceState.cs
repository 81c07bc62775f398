using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>Step (1) of the checks.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Looks up what is believed of a resource: in service and protected (ISP), or not.", DisplayName = "Check resource state")]
[FlowNode("ISP", "Other")]
public sealed class CheckResourceState : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>The state: ISP, ISU, OSU or OSF.</summary>
    [Output(Description = "The state: ISP, ISU, OSU or OSF.")]
    public Output<string>? State { get; set; }
}
