using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Step (4) of deepCheck: is the running server's port the resource's?</summary>
[Activity("PgWorkflows.MatchPort", Category = PostgresActivities.Category, Outcomes = ["Match", "Mismatch", "Missing"],
    Description = "Compares the port that the server was started with to the resource's.")]
[Output("ActualPort", typeof(int), "The port that was found; no value when none was.")]
public sealed class MatchPort(IResources resources) : Activity<MatchPort.Inputs>
{
    /// <summary>What it needs.</summary>
    public sealed record Inputs(
        [Input("The resource's name.")] string Resource,
        [Input("Standard output of pg_ctl status. Not used when the resource's portSource is postmasterPid.")] string? StatusOutput = null);

    /// <inheritdoc/>
    public override ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        var (port, missing) = resource.PortSource == PortSource.PostmasterPid
            ? (PostmasterPidFile.Read(resource.DataDirectory)?.Port, "postmaster.pid has no port in line 4")
            : (PostmasterPort.Find(inputs.StatusOutput ?? ""),
                "the output of pg_ctl status has no port: the server was started without -p; start it with -p, or set the resource's portSource to postmasterPid");

        ActivityResult result = port is null ? Completed("Missing", missing)
            : port == resource.Port ? Completed("Match", $"{resource.Name} has port {port}, as configured")
            : Completed("Mismatch", $"{resource.Name} has port {port}; configured is {resource.Port}");
        return ValueTask.FromResult(result with { Outputs = new Dictionary<string, object?> { ["ActualPort"] = port } });
    }
}
