using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Is the postmaster really there, or really gone? A service manager knows its own job only.</summary>
[Activity("PgWorkflows.CheckPostmaster", Category = PostgresActivities.Category, Outcomes = ["Alive", "Gone", "Unknown"],
    Description = "Looks for the process that the data directory's postmaster.pid names, and whether it is this server's postmaster. Unknown is for want of permission to look.")]
[Output("Evidence", typeof(CommandEvidence), "What was found.")]
public sealed class CheckPostmaster(IResources resources) : Activity<CheckPostmaster.Inputs>
{
    /// <summary>What it needs.</summary>
    public sealed record Inputs([Input("The resource's name.")] string Resource);

    /// <inheritdoc/>
    public override ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        var sight = PostmasterSight.Of(resource.DataDirectory);
        var (outcome, words) = sight.IsAlive ? ("Alive", "lives") : sight.IsGone ? ("Gone", "is gone") : ("Unknown", "may live or not");
        var evidence = new CommandEvidence("postmaster.pid", null, OutputText.OneLine(sight.Process.Detail));
        return ValueTask.FromResult<ActivityResult>(Completed(outcome, $"the postmaster of {resource.Name} {words} ({evidence.Output})") with
        {
            Outputs = new Dictionary<string, object?> { ["Evidence"] = evidence },
        });
    }
}
