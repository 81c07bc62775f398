using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Runtime;

/// <summary>A run that this process carries.</summary>
internal sealed class LiveRun(string id) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; } = id;

    public RunMailbox Mailbox { get; } = new();

    /// <summary>Completes when the run is stored, or has ended without.</summary>
    public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when this process does not carry the run any more: it has ended, or waits without us.</summary>
    public Task Gone => _gone.Task;

    /// <summary>The state that was stored last.</summary>
    public WorkflowInstance? Last { get; set; }

    public CancellationToken Token => _stop.Token;

    /// <summary>Ends the run and waits until that is stored.</summary>
    public async Task StopAsync()
    {
        try
        {
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }

        await Gone;
    }

    /// <summary>Nobody carries it any more.</summary>
    public void Leave()
    {
        Mailbox.Close();
        Begun.TrySetResult();
        Mailbox.Rest();
        _gone.TrySetResult();
        Dispose();
    }

    public void Dispose() => _stop.Dispose();
}

/// <summary>Passes on what is stored, and starts and tells what a stored step has asked for.</summary>
internal sealed class RunWatch(LiveRun live, IRunObserver? observer, Action<WorkflowDispatched> dispatch, Action publish) : IRunObserver
{
    public void Begun(Run run) => Pass(run, watching => watching.Begun(run));

    public void Running(Run run, PendingActivity activity) => observer?.Running(run, activity);

    public void Stored(Run run) => Pass(run, watching => watching.Stored(run));

    private void Pass(Run run, Action<IRunObserver> tell)
    {
        live.Last = run.Instance;
        live.Begun.TrySetResult();
        foreach (var emission in run.LastStored?.Emissions ?? [])
        {
            if (emission is WorkflowDispatched dispatched)
                dispatch(dispatched);
            else if (emission is EventPublished or ActionEnded { Result: ActionResult.Failed })
                publish();
        }

        if (observer is not null)
            tell(observer);
        if (run.Instance.Rests)
            live.Mailbox.Rest();
    }
}
