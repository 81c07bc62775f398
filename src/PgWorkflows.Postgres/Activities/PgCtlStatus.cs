using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Step (3) of deepCheck: <c>pg_ctl status -D DATADIR</c>.</summary>
[Activity("PgWorkflows.PgCtlStatus", Category = PostgresActivities.Category, DisplayName = "pg_ctl status", Outcomes = ["Succeeded", "Failed"],
    Description = "Runs pg_ctl status on the resource's data directory. Succeeded is exit code 0 with some output.")]
[Output("Evidence", typeof(CommandEvidence), "The command, its exit code and its output.")]
[Output("StatusOutput", typeof(string), "Standard output as it came, for Match port.")]
public sealed class PgCtlStatus(IResources resources, ICommandRunner runner) : Activity<PgCtlStatus.Inputs>
{
    /// <summary>What it needs.</summary>
    public sealed record Inputs([Input("The resource's name.")] string Resource);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        var result = await runner.RunAsync(PgCtl.Status(resource), cancellationToken);
        var output = result.Stdout;
        var succeeded = result.Succeeded && !string.IsNullOrWhiteSpace(output);
        var sentence = succeeded ? $"pg_ctl says that {resource.Name} is running"
            : result.ExitCode is { } code ? $"pg_ctl status of {resource.Name} failed with exit code {code}: {result.Output}"
            : $"pg_ctl status of {resource.Name} failed: {result.Output}";
        return Completed(succeeded ? "Succeeded" : "Failed", sentence) with
        {
            Outputs = new Dictionary<string, object?> { ["Evidence"] = result.Evidence, ["StatusOutput"] = output },
        };
    }
}
