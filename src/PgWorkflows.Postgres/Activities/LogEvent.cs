using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Writes a message of the catalogue to the event log and the run's history.</summary>
[Activity("PgWorkflows.LogEvent", Category = PostgresActivities.Category,
    Description = "Writes a message of the catalogue to the event log and to the run's history.")]
[Output("FailureValue", typeof(int), "The return value that the message stands for; else the input's.")]
public sealed class LogEvent(IResources resources, string node) : Activity<LogEvent.Inputs>
{
    private readonly EventComposer _events = new(node);

    /// <summary>What it needs; what a message does not print may stay empty.</summary>
    public sealed record Inputs(
        [Input("The resource's name.")] string Resource,
        [Input("The number of the message, for example 113544.")] int Message,
        [Input("Evidence of the step that the message is about: command, exit code and output.")] CommandEvidence? Evidence = null,
        [Input("Evidence of the step before that, which 113000 shows as (5).")] CommandEvidence? Earlier = null,
        [Input("The port that was found, which 113004 shows.")] int? ActualPort = null,
        [Input("The return value, which 113501, 113521 and 113581 show.")] int? ReturnValue = null);

    /// <inheritdoc/>
    public override ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var logged = _events.Compose(inputs.Message, resources.Get(inputs.Resource), new()
        {
            Evidence = inputs.Evidence, Earlier = inputs.Earlier, ActualPort = inputs.ActualPort, ReturnValue = inputs.ReturnValue,
        });
        var returnValue = EventCatalogue.Find(inputs.Message)?.ReturnValue ?? inputs.ReturnValue;
        return ValueTask.FromResult<ActivityResult>(Completed("Done", $"{logged.Id}: {logged.Text}") with
        {
            Emissions = [logged],
            Outputs = new Dictionary<string, object?> { ["FailureValue"] = returnValue },
        });
    }
}
