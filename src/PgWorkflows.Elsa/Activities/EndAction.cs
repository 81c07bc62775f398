using Elsa.Workflows;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>(A) and (B): message, state and result in one step.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Ends an action: logs its END message, sets the resource's state and records the result, all at once.", DisplayName = "End action")]
public sealed class EndAction : PostgresActivity, ITerminalNode
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>How the action ended.</summary>
    [Input(Description = "How the action ended.", UIHint = "dropdown", Options = new[] { "Succeeded", "Failed", "Skipped" })]
    public Input<string> Result { get; set; } = null!;

    /// <summary>The return value: 0 when it succeeded or was skipped.</summary>
    [Input(Description = "The return value: 0 when it succeeded or was skipped.", UIHint = "singleline", DefaultValue = 0)]
    public Input<int> ReturnValue { get; set; } = new(0);

    /// <summary>The number of a BEGIN or END message to log, for example 113500.</summary>
    [Input(Description = "The number of a BEGIN or END message to log, for example 113500.", UIHint = "singleline")]
    public Input<int?> Message { get; set; } = null!;

    /// <summary>The resource's state from now on; empty leaves it.</summary>
    [Input(Description = "The resource's state from now on; empty leaves it.", UIHint = "dropdown", Options = new[] { "ISP", "ISU", "OSU", "OSF" })]
    public Input<string?> State { get; set; } = null!;

    /// <summary>Succeeded, Failed or Skipped.</summary>
    [Output(Description = "Succeeded, Failed or Skipped.")]
    public Output<string>? ActionResult { get; set; }

    /// <summary>The return value.</summary>
    [Output(Description = "The return value.")]
    public Output<int>? ActionReturnValue { get; set; }
}
