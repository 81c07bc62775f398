using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>Counts the repeats of a loop.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Counts repeats: Again while there is one left, then Exhausted. A resource may override times and interval.", DisplayName = "Repeat")]
[FlowNode("Again", "Exhausted")]
public sealed class Repeat : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>What is repeated: decides which settings of the resource override the two below.</summary>
    [Input(Description = "What is repeated: decides which settings of the resource override the two below.", UIHint = "dropdown", Options = new[] { "ServiceState", "DeepCheck" })]
    public Input<string> What { get; set; } = null!;

    /// <summary>How often it is repeated at most, 0 to 10000; the first try does not count.</summary>
    [Input(Description = "How often it is repeated at most, 0 to 10000; the first try does not count.", UIHint = "singleline")]
    public Input<int> Times { get; set; } = null!;

    /// <summary>The wait between two tries, 00:00:00 to 01:00:00.</summary>
    [Input(Description = "The wait between two tries, 00:00:00 to 01:00:00.", UIHint = "singleline")]
    public Input<TimeSpan> Interval { get; set; } = null!;

    /// <summary>How many repeats are behind us; connect it to the variable that takes this activity's output NextAttempt.</summary>
    [Input(Description = "How many repeats are behind us; connect it to the variable that takes this activity's output NextAttempt.", UIHint = "singleline", DefaultValue = 0)]
    public Input<int> Attempt { get; set; } = new(0);

    /// <summary>How many repeats are behind us, the one that starts now included.</summary>
    [Output(Description = "How many repeats are behind us, the one that starts now included.")]
    public Output<int>? NextAttempt { get; set; }

    /// <summary>The wait before the next repeat.</summary>
    [Output(Description = "The wait before the next repeat.")]
    public Output<TimeSpan>? Wait { get; set; }
}
