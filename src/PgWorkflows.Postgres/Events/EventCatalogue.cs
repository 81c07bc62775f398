using System.Collections.Frozen;

namespace PgWorkflows.Postgres.Events;

/// <summary>How bad an event is.</summary>
public enum EventSeverity
{
    /// <summary>For the record.</summary>
    Information,

    /// <summary>Somebody should look.</summary>
    Error,
}

/// <summary>One message of the catalogue.</summary>
/// <param name="Id">The number that people and scripts match on.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Template">The text, with placeholders such as <c>[resource]</c>.</param>
/// <param name="ReturnValue">The return value that the message stands for, where actions.md gives one.</param>
public sealed record EventMessage(int Id, EventSeverity Severity, string Template, int? ReturnValue = null)
{
    /// <summary>It tells that an action begins or ends.</summary>
    public bool FramesAnAction => Template.StartsWith("LifeKeeper: ", StringComparison.Ordinal);
}

/// <summary>All events: those of actions.md, upstream's spelling included, since people match on these lines; then our own, from 114001.</summary>
public static class EventCatalogue
{
    private const EventSeverity Error = EventSeverity.Error;
    private const EventSeverity Information = EventSeverity.Information;

    /// <summary>The messages by number, ascending.</summary>
    public static IReadOnlyList<EventMessage> All { get; } =
    [
        new(113000, Error, "Unable to connect to the database instance for resource [resource]. Failed connection details: [output]", 5),
        new(113002, Error, "The command [command] for PostgreSQL resource [resource] failed with a return code of [exit code]. The command returned the following output: [output]", 4),
        new(113003, Error, "Unable to determine PostgreSQL status for resource [resource]. Port info missing from status check output: [output].", 4),
        new(113004, Error, "The port [actual port] returned from the status check does not match the resource [resource] port value: [expected port].", 4),
        new(113005, Error, "Failed to start the PostgreSQL server for resource [resource] on server [node]. The command [command] failed.", 2),
        new(113006, Error, "Failed to start the PostgreSQL server for resource [resource] on server [node]. Timed out waiting for the PostgreSQL service [service] to reach the running state.", 3),
        new(113007, Error, "Failed to stop the PostgreSQL server for resource [resource] on server [node]. The command [command] failed.", 2),
        new(113008, Error, "Failed to stop the PostgreSQL server for resource [resource] on server [node]. Timed out waiting for the PostgreSQL service [service] to reach the stopped state.", 3),
        new(113500, Information, "LifeKeeper: END successful RESTORE action for PostgreSQL resource [resource] on server [node]."),
        new(113501, Error, "LifeKeeper: END failed hierarchy RESTORE for PostgreSQL resource [resource] on server [node]. Failed with a return value of [return value]."),
        new(113504, Information, "LifeKeeper: BEGIN RESTORE action for PostgreSQL resource [resource] on server [node]."),
        new(113520, Information, "LifeKeeper: END successful REMOVE action for PostgreSQL resource [resource] on server [node]."),
        new(113521, Error, "LifeKeeper: END failed hierarchy REMOVE for PostgreSQL resource [resource] on server [node]. Failed with a return value of [return value]."),
        new(113524, Information, "LifeKeeper: BEGIN REMOVE action for PostgreSQL resource [resource] on server [node]."),
        new(113543, Error, "The PostgreSQL service [service] for resource [resource] has been manually paused. User intervention required to either stop or restart the service. Aborting PostgreSQL health checks."),
        new(113544, Error, "The quickchk action failed. The PostgreSQL service [service] for resource [resource] is not running."),
        new(113563, Error, "The PosgreSQL service [service] for resource [resource] is not running. Aborting PostgreSQL health checks."),
        new(113564, Error, "The deepchk action failed for resource [resource].", 5),
        new(113580, Information, "LifeKeeper: END successful RECOVERY action for PostgreSQL resource [resource] on server [node]."),
        new(113581, Error, "LifeKeeper: END failed hierarchy RECOVERY for PostgreSQL resource [resource] on server [node]. Failed with a return value of [return value]."),
        new(113584, Information, "LifeKeeper: BEGIN RECOVERY action for PostgreSQL resource [resource] on server [node]."),
        new(114000, Error, "ESCALATE: PostgreSQL resource [resource] on server [node] needs a human: [reason]"),
        .. GuardedMessages.All,
        new(114011, Error, "INTERRUPTED: [action] of PostgreSQL resource [resource] on server [node] did not come to its end: [reason]"),
    ];

    private static readonly FrozenDictionary<int, EventMessage> ById = All.ToFrozenDictionary(message => message.Id);

    /// <summary>The message of this number, or null.</summary>
    public static EventMessage? Find(int id) => ById.GetValueOrDefault(id);
}
