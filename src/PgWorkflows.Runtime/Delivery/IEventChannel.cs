using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime.Delivery;

/// <summary>Somewhere outside that events are told: the system's log, a web hook.</summary>
public interface IEventChannel
{
    /// <summary>Its name in the history; deliveries that wait are kept under it.</summary>
    string Name { get; }

    /// <summary>
    /// Tells one event. An exception of any kind means that the channel does not work at present: the event is tried again later. The same event may
    /// come twice when a process died in between; <see cref="EventFacts.Number"/> tells them apart.
    /// </summary>
    /// <exception cref="EventRefusedException">This event will never be taken, and is not tried again.</exception>
    Task DeliverAsync(EventFacts logged, CancellationToken cancellationToken);
}

/// <summary>A channel will never take this event: trying again is of no use.</summary>
public sealed class EventRefusedException(string reason) : Exception(reason);
