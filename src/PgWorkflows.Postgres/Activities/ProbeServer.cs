using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Activities;

/// <summary>The guarded profile's question: not whether the server answers, but what it is.</summary>
[Activity("PgWorkflows.ProbeServer", Category = PostgresActivities.Category,
    Outcomes = ["Answers", "Starting", "Busy", "Configuration", "Hung", "WrongServer", "Failing", "Down"],
    Description = "Connects to the resource's server and tells what it is: whether it answers, is starting, is full, refuses us, hangs, is another server or is down. Changes nothing.")]
[Output("Verdict", typeof(ServerVerdict), "The verdict in a word, for example Busy.")]
[Output("Evidence", typeof(CommandEvidence), "What was asked, what came back and what it means.")]
public sealed class ProbeServer(IResources resources, ProbeClients clients) : Activity<ProbeServer.Inputs>
{
    /// <summary>What it needs.</summary>
    public sealed record Inputs(
        [Input("The resource's name.")] string Resource,
        [Input("SystemRelations asks the check database for its system relations, DatabaseList the database postgres for the databases.")] ProbeKind Probe = ProbeKind.SystemRelations);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        var finding = await ServerJudge.ExamineAsync(resource, clients.For(resource), inputs.Probe, cancellationToken);
        var outcome = finding.Verdict.ToString();
        return Completed(outcome, $"{resource.Name}: {outcome}, {finding.Evidence.Output}") with
        {
            Outputs = new Dictionary<string, object?> { ["Verdict"] = outcome, ["Evidence"] = finding.Evidence },
        };
    }
}
