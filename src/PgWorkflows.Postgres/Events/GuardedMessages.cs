namespace PgWorkflows.Postgres.Events;

/// <summary>The guarded profile's own messages (docs/profiles.md): what a server is when it is not down, and that it was left alone.</summary>
internal static class GuardedMessages
{
    /// <summary>By number, ascending.</summary>
    public static IReadOnlyList<EventMessage> All { get; } =
    [
        new(114001, EventSeverity.Error, "The PostgreSQL server for resource [resource] is starting up or shutting down and was left alone: [output]", 6),
        new(114002, EventSeverity.Error, "The PostgreSQL server for resource [resource] runs but takes no more connections and was left alone: [output]", 7),
        new(114003, EventSeverity.Error, "The PostgreSQL server for resource [resource] cannot be asked with this configuration and was left alone: [output]", 8),
        new(114004, EventSeverity.Error, "The PostgreSQL server for resource [resource] does not answer within its limit and was left alone: [output]", 9),
        new(114005, EventSeverity.Error, "Another PostgreSQL server answers in place of resource [resource]; nothing was started or stopped: [output]", 10),
        new(114006, EventSeverity.Error, "The PostgreSQL server for resource [resource] answers with an error and was left alone: [output]", 11),
        new(114007, EventSeverity.Error, "The PostgreSQL server for resource [resource] is down: [output]", 1),
        new(114008, EventSeverity.Error, "The PostgreSQL service [service] for resource [resource] is said to be stopped, but its postmaster is still there: [output]", 3),
        new(114009, EventSeverity.Error, "The PostgreSQL service [service] for resource [resource] is said to be running, nobody answers, and its postmaster is not known to be gone; it was left alone: [output]", 5),
        new(114010, EventSeverity.Error, "The start of the PostgreSQL server for resource [resource] does not move on: [output]", 3),
    ];
}
