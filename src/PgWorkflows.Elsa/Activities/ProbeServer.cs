using Elsa.Workflows.Activities.Flowchart.Attributes;
using Elsa.Workflows.Attributes;
using Elsa.Workflows.Models;

namespace PgWorkflows.Elsa.Activities;

/// <summary>Asks the server itself, in the guarded profile.</summary>
[Activity("PgWorkflows", "PostgreSQL", "Connects to the resource's server and tells what it is: whether it answers, is starting, is full, refuses us, hangs, is another server or is down. Changes nothing.", DisplayName = "Probe server")]
[FlowNode("Answers", "Starting", "Busy", "Configuration", "Hung", "WrongServer", "Failing", "Down")]
public sealed class ProbeServer : PostgresActivity
{
    /// <summary>The resource's name.</summary>
    [Input(Description = "The resource's name.")]
    public Input<string> Resource { get; set; } = null!;

    /// <summary>SystemRelations asks the check database for its system relations, DatabaseList the database postgres for the databases.</summary>
    [Input(Description = "SystemRelations asks the check database for its system relations, DatabaseList the database postgres for the databases.", UIHint = "dropdown", Options = new[] { "SystemRelations", "DatabaseList" }, DefaultValue = "SystemRelations")]
    public Input<string> Probe { get; set; } = new("SystemRelations");

    /// <summary>The verdict in a word, for example Busy.</summary>
    [Output(Description = "The verdict in a word, for example Busy.")]
    public Output<string>? Verdict { get; set; }

    /// <summary>What was asked, what came back and what it means.</summary>
    [Output(Description = "What was asked, what came back and what it means.")]
    public Output<object>? Evidence { get; set; }
}
