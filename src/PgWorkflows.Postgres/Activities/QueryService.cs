using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Asks for the status of a resource's service (<c>sc query</c>).</summary>
[Activity("PgWorkflows.QueryService", Category = PostgresActivities.Category, Outcomes = ["Running", "Stopped", "Paused", "Pending", "NoValue"],
    Description = "Asks for the status of the resource's service (sc query, pg_ctl status).")]
[Output("Status", typeof(string), "The status in a word, for example Running; NoValue when none could be read.")]
[Output("Evidence", typeof(CommandEvidence), "The command, its exit code and its output.")]
public sealed class QueryService(IResources resources, ServiceControls controls) : Activity<QueryService.Inputs>
{
    /// <summary>What it needs.</summary>
    public sealed record Inputs([Input("The resource's name.")] string Resource);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        var query = await controls.For(resource).QueryAsync(resource, cancellationToken);

        // The pending states are not failures: the caller's loop waits for them to pass.
        var (outcome, words) = query.Status switch
        {
            ServiceStatus.Running => ("Running", "is running"),
            ServiceStatus.Stopped => ("Stopped", "is stopped"),
            ServiceStatus.Paused => ("Paused", "was paused by hand"),
            ServiceStatus.StartPending => ("Pending", "is starting"),
            ServiceStatus.StopPending => ("Pending", "is stopping"),
            { } => ("Pending", "is between paused and running"),
            null => ("NoValue", "has no readable status"),
        };
        return Completed(outcome, $"{resource.Service} {words} ({query.Detail})") with
        {
            Outputs = new Dictionary<string, object?> { ["Status"] = query.Status?.ToString() ?? "NoValue", ["Evidence"] = query.Evidence },
        };
    }
}
