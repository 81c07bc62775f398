using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Looks at the service that a start or stop was for, before a run goes on after a crash.</summary>
internal static class ServiceLook
{
    public static async ValueTask<(ServiceStatus? Status, string Sentence)> AtAsync(
        ActivityCall call, IResources resources, ServiceControls controls, CancellationToken cancellationToken)
    {
        if (call.Inputs.GetValueOrDefault("Resource") is not string name || resources.Find(name) is not { } resource)
            return (null, "the resource is not configured any more");
        var query = await controls.For(resource).QueryAsync(resource, cancellationToken);
        return (query.Status, $"{resource.Service} was seen {(query.Status is { } status ? $"as {status}" : "without a readable status")} ({query.Detail})");
    }
}
