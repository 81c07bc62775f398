using System.Collections.Concurrent;
using PgWorkflows.Engine.Activities.Http;

namespace PgWorkflows.Server.Triggers;

/// <summary>The requests that wait for the answer of a run. A run whose request is gone, because it waited or the process was another, has none.</summary>
internal sealed class HttpResponses : IHttpResponder
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<HttpAnswer>> _waiting = new(StringComparer.Ordinal);

    /// <summary>From now on the run may answer; completes when it does.</summary>
    public Task<HttpAnswer> Expect(string instanceId) =>
        _waiting.GetOrAdd(instanceId, _ => new TaskCompletionSource<HttpAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Nobody listens any more.</summary>
    public void Forget(string instanceId) => _waiting.TryRemove(instanceId, out _);

    public ValueTask<bool> TryRespondAsync(string instanceId, HttpAnswer answer, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_waiting.TryRemove(instanceId, out var waiting) && waiting.TrySetResult(answer));
}
