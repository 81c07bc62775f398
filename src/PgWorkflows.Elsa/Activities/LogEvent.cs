using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>A message of the catalogue.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Writes a message of the catalogue to the event log and to the run's history.", DisplayName = "Log event")]
public sealed class LogEvent : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>The number of the message, for example 113544.</summary>
    [Input(Description = "The number of the message, for example 113544.", UIHint = "singleline")]
    public Input<int> Message { get; set; } = null!;

    /// <summary>Evidence of the step that the message is about: command, exit code and output.</summary>
    [Input(Description = "Evidence of the step that the message is about: command, exit code and output.", UIHint = "singleline")]
    public Input<object?> Evidence { get; set; } = null!;

    /// <summary>Evidence of the step before that, which 113000 shows as (5).</summary>
    [Input(Description = "Evidence of the step before that, which 113000 shows as (5).", UIHint = "singleline")]
    public Input<object?> Earlier { get; set; } = null!;

    /// <summary>The port that was found, which 113004 shows.</summary>
    [Input(Description = "The port that was found, which 113004 shows.", UIHint = "singleline")]
    public Input<int?> ActualPort { get; set; } = null!;

    /// <summary>The return value, which 113501, 113521 and 113581 show.</summary>
    [Input(Description = "The return value, which 113501, 113521 and 113581 show.", UIHint = "singleline")]
    public Input<int?> ReturnValue { get; set; } = null!;

    /// <summary>The return value that the message stands for; else the input's.</summary>
    [Output(Description = "The return value that the message stands for; else the input's.")]
    public Output<int>? FailureValue { get; set; }
}
