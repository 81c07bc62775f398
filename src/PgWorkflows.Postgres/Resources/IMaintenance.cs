namespace PgWorkflows.Postgres.Resources;

/// <summary>Which resources are in maintenance: checks go on and operators may act, but nothing automatic does.</summary>
public interface IMaintenance
{
    /// <summary>The maintenance that is on now for a resource, or null; one that has expired is over by itself.</summary>
    ValueTask<MaintenanceMode?> FindAsync(string resource, CancellationToken cancellationToken);
}

/// <summary>A resource is in maintenance.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Owner">Who wanted it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">When it was switched on.</param>
/// <param name="Until">When it ends by itself.</param>
public sealed record MaintenanceMode(string Resource, string Owner, string Reason, DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>For people: who, why, until when.</summary>
    public override string ToString() => $"in maintenance by {Owner} until {Until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {Reason}";
}
