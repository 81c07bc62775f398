using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Activities.Http;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Programs;
using PgWorkflows.JavaScript;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime.Protection;

namespace PgWorkflows.Runtime;

/// <summary>All activity types that a server offers, for reading and checking definitions where there is none.</summary>
public static class KnownActivities
{
    /// <summary>A library that describes them; nothing of it touches a server, a network or a history.</summary>
    public static ActivityLibrary ForReading() => new MemoryHost(TimeProvider.System, new(new JavaScriptLanguage()),
    [
        .. PostgresActivities.Create(new ResourceList([]), new NoStates(), TimeProvider.System),
        DescribedActivity.Of<DueResources, DueResources.Inputs>(),
        DescribedActivity.Of<RunAction, RunAction.Inputs>(),
        DescribedActivity.Of<DecideRecovery, DecideRecovery.Inputs>(),
        DescribedActivity.Of<Escalate, Escalate.Inputs>(),
        new SendHttpRequest(new NoNetwork()),
        new FlowSendHttpRequest(new NoNetwork()),
        new WriteHttpResponse(new NoNetwork()),
    ]).Library;

    private sealed class NoStates : IResourceStates
    {
        public ValueTask<ResourceState> GetAsync(string resource, CancellationToken cancellationToken) => ValueTask.FromResult(ResourceState.OSU);
    }

    private sealed class NoNetwork : IHttpSender, IHttpResponder
    {
        public ValueTask<HttpReply> SendAsync(HttpMessage message, CancellationToken cancellationToken) =>
            ValueTask.FromResult<HttpReply>(new HttpReply.NotConnected("definitions are only read here"));

        public ValueTask<bool> TryRespondAsync(string instanceId, HttpAnswer answer, CancellationToken cancellationToken) => ValueTask.FromResult(false);
    }
}
