using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Starts a resource's service (<c>sc start</c>).</summary>
[Activity("PgWorkflows.StartService", Category = PostgresActivities.Category, Outcomes = ["Succeeded", "Failed"], HasEffect = true,
    Description = "Starts the resource's service (sc start, pg_ctl start). Succeeded means that the command was accepted; a query tells the rest.")]
[Output("Evidence", typeof(CommandEvidence), "The command, its exit code and its output.")]
public sealed class StartService(IResources resources, ServiceControls controls) : Activity<StartService.Inputs>, IEffect
{
    /// <summary>What it needs.</summary>
    public sealed record Inputs([Input("The resource's name.")] string Resource);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        var result = await controls.For(resource).StartAsync(resource, cancellationToken);
        var (outcome, words) = result.Succeeded ? ("Succeeded", "was told to start") : ("Failed", "did not accept the start");
        return Completed(outcome, $"{resource.Service} {words} ({result.Detail})") with
        {
            Outputs = new Dictionary<string, object?> { ["Evidence"] = result.Evidence },
        };
    }

    /// <inheritdoc/>
    public async ValueTask<EffectSeen> LookAsync(ActivityCall call, CancellationToken cancellationToken)
    {
        var seen = await ServiceLook.AtAsync(call, resources, controls, cancellationToken);
        return new(seen.Status is ServiceStatus.Running or ServiceStatus.StartPending, seen.Sentence);
    }
}
