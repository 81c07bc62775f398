using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>Whether a server that starts gets on, in the guarded profile.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Looks for signs that a server's start moves on (its start-up process, control file, log). Stalled when none has changed for the resource's pollRepeats times pollInterval.", DisplayName = "Start-up progress")]
[FlowNode("Progress", "Stalled")]
public sealed class StartupProgress : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>The output Signs of the look before; empty at the first.</summary>
    [Input(Description = "The output Signs of the look before; empty at the first.")]
    public Input<string?> Before { get; set; } = null!;

    /// <summary>How many waits without any change are enough; the resource's pollRepeats overrides it.</summary>
    [Input(Description = "How many waits without any change are enough; the resource's pollRepeats overrides it.", UIHint = "singleline", DefaultValue = 12)]
    public Input<int> Times { get; set; } = new(12);

    /// <summary>The longest wait between two looks, 00:00:00 to 01:00:00; the resource's pollInterval overrides it.</summary>
    [Input(Description = "The longest wait between two looks, 00:00:00 to 01:00:00; the resource's pollInterval overrides it.", UIHint = "singleline")]
    public Input<TimeSpan?> Interval { get; set; } = null!;

    /// <summary>How long a start may take however much it moves, to 1.00:00:00.</summary>
    [Input(Description = "How long a start may take however much it moves, to 1.00:00:00.", UIHint = "singleline")]
    public Input<TimeSpan?> Limit { get; set; } = null!;

    /// <summary>What was seen and when it changed last; give it back as the input Before.</summary>
    [Output(Description = "What was seen and when it changed last; give it back as the input Before.")]
    public Output<string>? Signs { get; set; }

    /// <summary>The wait before the next look: short at first, then the resource's pollInterval.</summary>
    [Output(Description = "The wait before the next look: short at first, then the resource's pollInterval.")]
    public Output<TimeSpan>? Wait { get; set; }

    /// <summary>What the start-up process says it does.</summary>
    [Output(Description = "What the start-up process says it does.")]
    public Output<object>? Evidence { get; set; }
}
