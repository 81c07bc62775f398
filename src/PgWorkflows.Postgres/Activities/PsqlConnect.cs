using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Steps (5) and (6) of deepCheck: connects and asks.</summary>
[Activity("PgWorkflows.PsqlConnect", Category = PostgresActivities.Category, DisplayName = "psql connect", Outcomes = ["Succeeded", "Failed"],
    Description = "Connects to the resource's server with psql (or Npgsql, as configured) and asks for its system relations or its databases.")]
[Output("Evidence", typeof(CommandEvidence), "The command, its exit code and its output.")]
public sealed class PsqlConnect(IResources resources, ProbeClients clients) : Activity<PsqlConnect.Inputs>
{
    /// <summary>What it needs.</summary>
    public sealed record Inputs(
        [Input("The resource's name.")] string Resource,
        [Input("SystemRelations is step (5), DatabaseList its fallback, step (6).")] ProbeKind Probe);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        var (succeeded, evidence) = await clients.For(resource).RunAsync(resource, inputs.Probe, cancellationToken);
        var what = inputs.Probe == ProbeKind.SystemRelations ? $@"\dS in {resource.CheckDatabase}" : "the list of databases";
        var sentence = !succeeded ? $"{resource.Name} did not answer to {what}: {evidence.Output}"
            : inputs.Probe == ProbeKind.DatabaseList ? $"{resource.Name} answered by the fallback, {what}"
            : $"{resource.Name} answered to {what}";
        return Completed(succeeded ? "Succeeded" : "Failed", sentence) with
        {
            Outputs = new Dictionary<string, object?> { ["Evidence"] = evidence },
        };
    }
}
