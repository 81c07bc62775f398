namespace PgWorkflows.Runtime.Waking;

/// <summary>Rings once at an instant. What is due then is not its business.</summary>
public interface IAlarmClock : IAsyncDisposable
{
    /// <summary>Begins; <paramref name="ring"/> is called at the instants that are set.</summary>
    Task StartAsync(Action ring, CancellationToken cancellationToken);

    /// <summary>Rings at this instant instead of the one set before; at once when it has passed.</summary>
    Task SetAsync(DateTimeOffset instant);
}
