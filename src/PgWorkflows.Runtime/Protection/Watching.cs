using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.Watching;

namespace PgWorkflows.Runtime.Protection;

/// <summary>Starts a quickCheck at the moment a postmaster dies; what follows is the same as after any other check.</summary>
public sealed class Watching(IResources resources, ResourceStateStore states, WorkflowRunner workflows, TimeProvider time)
{
    /// <summary>Called when a check could not be started, for the log.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>Watches until it is told to stop.</summary>
    /// <returns>Why nothing is watched here; null when watching has ended because it was told to.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        using var watch = new PostmasterWatch(resources.All, time);
        if (watch.Unavailable is { } reason)
            return reason;
        await foreach (var death in watch.DeathsAsync(cancellationToken))
        {
            try
            {
                // Under an action of ours the server is meant to stop, and a server that is not protected is nobody's to start.
                if (await states.GetAsync(death.Resource, cancellationToken) == ResourceState.ISP && await states.HolderAsync(death.Resource, cancellationToken) is null)
                    await workflows.StartAsync(new ActionRequest(death.Resource, ResourceAction.QuickCheck, new RunOrigin("watch", $"the end of process {death.Pid}")), cancellationToken);
            }
#pragma warning disable CA1031 // The watch must not end because the history could not be read for a moment; the timers check as well.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                Failed?.Invoke(e);
            }
        }

        return null;
    }
}
