using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Api;

/// <summary>Starts actions for callers, and writes down who asked for what and what became of it.</summary>
internal sealed class Operations(Installation installation, Auditor audit)
{
    /// <param name="context">The request that asks.</param>
    /// <param name="resource">The resource's name.</param>
    /// <param name="action">Which action.</param>
    /// <param name="way">How it came: console or api.</param>
    public async Task<StartOutcome> StartAsync(HttpContext context, string resource, ResourceAction action, string way)
    {
        var caller = Caller.Of(context.User)?.Name ?? throw new InvalidOperationException("An action was asked for by nobody.");
        var started = await installation.Workflows.StartAsync(new ActionRequest(resource, action, new RunOrigin(way, caller)), CancellationToken.None);
        var (outcome, detail) = started switch
        {
            StartOutcome.Started(var runId, _, _) => ("begun", $"run {runId}"),
            StartOutcome.Busy(var holder) => ("refused", $"busy: {holder}"),
            _ => ("refused", "no such resource"),
        };
        await audit.WriteAsync(context, action.Name, resource, outcome, detail);
        return started;
    }
}
