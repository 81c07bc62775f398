using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Api;

/// <summary>Switches maintenance on and off for callers, and writes down who did.</summary>
internal sealed class MaintenanceSwitch(Installation installation, Auditor audit)
{
    /// <summary>The resource as configured, or null.</summary>
    public Resource? Find(string name) => installation.Resources.Find(name);

    public ValueTask<MaintenanceMode?> NowAsync(Resource resource, CancellationToken cancellationToken) => installation.Maintenance.FindAsync(resource.Name, cancellationToken);

    public Task<IReadOnlyList<MaintenanceMode>> AllAsync(CancellationToken cancellationToken) => installation.Maintenance.AllAsync(cancellationToken);

    public async Task<MaintenanceMode> OnAsync(HttpContext context, Resource resource, MaintenanceRequest request)
    {
        var owner = Caller.Of(context.User)?.Name ?? throw new InvalidOperationException("Maintenance was asked for by nobody.");
        var mode = await installation.Maintenance.BeginAsync(resource.Name, owner, request, context.RequestAborted);
        await audit.WriteAsync(context, "maintenance-on", resource.Name, "done", $"until {mode.Until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {mode.Reason}");
        return mode;
    }

    public async Task OffAsync(HttpContext context, Resource resource)
    {
        var ended = await installation.Maintenance.EndAsync(resource.Name, context.RequestAborted);
        await audit.WriteAsync(context, "maintenance-off", resource.Name, "done", ended?.ToString() ?? "none was on");
    }
}
