using System.Collections.Concurrent;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Api;

/// <summary>Runs that go on when the request that asked for them has ended, until the server is told to stop: then each closes itself as interrupted.</summary>
internal sealed partial class BackgroundRuns(Installation installation, IHostApplicationLifetime lifetime, ILogger<BackgroundRuns> log) : IHostedService
{
    private readonly ConcurrentDictionary<Task, byte> _runs = new();

    /// <summary>Starts an action; answers when it is stored, or when it turns out that it cannot begin.</summary>
    public async Task<StartedAction> BeginAsync(ActionRequest request)
    {
        lifetime.ApplicationStopping.ThrowIfCancellationRequested();
        var begun = new Begin();
        var run = Task.Run(() => installation.Runner.RunAsync(request, begun, lifetime.ApplicationStopping), CancellationToken.None);
        Keep(run, request);
        if (await Task.WhenAny(begun.RunId, run) == begun.RunId)
            return new StartedAction.Running(await begun.RunId, run);
        return await run switch
        {
            ActionOutcome.Ended(var runId) => new StartedAction.Running(runId, run),
            ActionOutcome.Busy(var holder) => new StartedAction.Busy(holder),
            ActionOutcome.UnknownResource(var name) => new StartedAction.Unknown(name),
            var other => throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}"),
        };
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The runs know already that the server stops; they are given the host's patience to say so in the history.</summary>
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(_runs.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Keep(Task run, ActionRequest request)
    {
        _runs.TryAdd(run, 0);
        _ = run.ContinueWith(ended =>
        {
            _runs.TryRemove(ended, out _);
            if (ended.Exception is { } exception)
                Log.Failed(log, exception, request.Action.Name, request.Resource);
        }, TaskScheduler.Default);
    }

    /// <summary>Only the beginning matters here; what follows is read from the history.</summary>
    private sealed class Begin : IRunObserver
    {
        private readonly TaskCompletionSource<string> _runId = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> RunId => _runId.Task;

        public void Begun(Run run) => _runId.TrySetResult(run.Instance.Id);

        public void Running(Run run, PendingActivity activity)
        {
        }

        public void Stored(Run run)
        {
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Error, "{Action} of {Resource} ended by a fault of the server")]
        public static partial void Failed(ILogger log, Exception exception, string action, string resource);
    }
}

/// <summary>What became of a request for an action.</summary>
internal abstract record StartedAction
{
    private StartedAction()
    {
    }

    /// <summary>It is in the history and goes on, or has ended already.</summary>
    public sealed record Running(string RunId, Task End) : StartedAction;

    /// <summary>Another action has the resource; nothing was done.</summary>
    public sealed record Busy(LeaseHolder Holder) : StartedAction;

    /// <summary>No such resource is configured.</summary>
    public sealed record Unknown(string Name) : StartedAction;
}
