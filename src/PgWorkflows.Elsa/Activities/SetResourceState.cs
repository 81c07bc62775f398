using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>What is believed of a resource.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Sets what is believed of a resource. The server itself is left alone.", DisplayName = "Set resource state")]
public sealed class SetResourceState : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>Its state from now on.</summary>
    [Input(Description = "Its state from now on.", UIHint = "dropdown", Options = new[] { "ISP", "ISU", "OSU", "OSF" })]
    public Input<string> State { get; set; } = null!;
}
