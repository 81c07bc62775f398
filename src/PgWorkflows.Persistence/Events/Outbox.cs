using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Persistence.Events;

/// <summary>The events that outside channels have to be told, from the transaction that stores them until they are delivered or given up.</summary>
/// <param name="database">The history.</param>
/// <param name="channels">The names of the channels that new events go to.</param>
/// <param name="time">The clock.</param>
public sealed partial class Outbox(Database database, IReadOnlyList<string> channels, TimeProvider time)
{
    /// <summary>Called after events were stored by this process.</summary>
    public Action? Filled { get; set; }

    /// <summary>Takes the oldest event that is due for a channel; nobody else takes it before <paramref name="hold"/> is over.</summary>
    public async Task<DueDelivery?> TakeAsync(string channel, TimeSpan hold, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = database.Connect();
        var taken = await connection.QueryAsync<(long EventId, long Attempts)>(new CommandDefinition(
            """
            update delivery set due_at = @until, attempts = attempts + 1
            where channel = @channel and event_id = (select min(event_id) from delivery where channel = @channel and closed_at is null and due_at <= @now)
            returning event_id, attempts
            """, new { channel, now = now.ToMicroseconds(), until = (now + hold).ToMicroseconds() }, cancellationToken: cancellationToken));
        if (taken.ToList() is not [var row])
            return null;

        var e = await connection.QuerySingleAsync<(string? RunId, string Resource, long Id, string Severity, string Text, long Timestamp)>(new CommandDefinition(
            "select instance_id, resource, message_id, severity, text, timestamp from event where id = @EventId", new { row.EventId }, cancellationToken: cancellationToken));
        return new(new(row.EventId, e.RunId, e.Resource, (int)e.Id, e.Severity, e.Text, e.Timestamp.ToInstant()), channel, (int)row.Attempts);
    }

    /// <summary>The channel has the event.</summary>
    public async Task DeliveredAsync(DueDelivery delivery)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync("update delivery set closed_at = @now, delivered = 1 where event_id = @Number and channel = @Channel",
            new { now = Now, delivery.Event.Number, delivery.Channel });
    }

    /// <summary>The channel will never take the event.</summary>
    public async Task GiveUpAsync(DueDelivery delivery, string problem)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync("update delivery set closed_at = @now, problem = @problem where event_id = @Number and channel = @Channel",
            new { now = Now, problem, delivery.Event.Number, delivery.Channel });
    }

    /// <summary>The channel does not work at present: everything that waits for it waits until then, so that the order stays.</summary>
    public async Task PostponeAsync(DueDelivery delivery, string problem, DateTimeOffset until)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync(
            """
            update delivery set problem = @problem, due_at = @until where event_id = @Number and channel = @Channel;
            update delivery set due_at = @until where channel = @Channel and closed_at is null and due_at < @until;
            """, new { problem, until = until.ToMicroseconds(), delivery.Event.Number, delivery.Channel });
    }

    /// <summary>Gives up what is older than this, also for channels that are configured no more.</summary>
    public async Task ExpireAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update delivery set closed_at = @now, problem = coalesce(problem, 'nobody delivered it in time')
            where closed_at is null and event_id in (select id from event where timestamp < @before)
            """, new { now = Now, before = (time.GetUtcNow() - age).ToMicroseconds() }, cancellationToken: cancellationToken));
    }

    /// <summary>When something is due next for these channels; null when nothing waits.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        return (await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "select min(due_at) from delivery where closed_at is null and channel in @names", new { names = names.ToArray() }, cancellationToken: cancellationToken))).ToInstant();
    }

    /// <summary>The deliveries that have not gone smoothly, of one run or of all, the newest first.</summary>
    public async Task<IReadOnlyList<DeliveryProblem>> ProblemsAsync(string? runId, int most, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<(long Id, string Channel, long Attempts, string Problem, long? Closed)>(new CommandDefinition(
            """
            select e.message_id, d.channel, d.attempts, d.problem, d.closed_at from delivery d join event e on e.id = d.event_id
            where d.problem is not null and d.delivered = 0 and (@runId is null or e.instance_id = @runId) order by d.event_id desc limit @most
            """, new { runId, most }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new DeliveryProblem((int)row.Id, row.Channel, (int)row.Attempts, row.Problem, row.Closed is not null))];
    }

    /// <summary>Writes the deliveries of a new event, in the event's transaction.</summary>
    internal async Task PostAsync(SqliteConnection connection, SqliteTransaction transaction, long eventId, long now)
    {
        foreach (var channel in channels)
            await connection.ExecuteAsync("insert into delivery (event_id, channel, due_at) values (@eventId, @channel, @now)", new { eventId, channel, now }, transaction);
    }

    private long Now => time.GetUtcNow().ToMicroseconds();
}

/// <summary>An event that somebody is about to tell a channel.</summary>
/// <param name="Event">The event.</param>
/// <param name="Channel">The channel's name.</param>
/// <param name="Attempt">The how-manieth attempt this is.</param>
public sealed record DueDelivery(EventFacts Event, string Channel, int Attempt);

/// <summary>An event that a channel does not have yet, or never will.</summary>
public sealed record DeliveryProblem(int EventId, string Channel, int Attempts, string Problem, bool IsGivenUp)
{
    /// <summary>A sentence for people.</summary>
    public override string ToString() => IsGivenUp
        ? $"Event {EventId} was given up for {Channel}: {Problem}."
        : $"Event {EventId} is not in {Channel} yet: {Problem}. It is kept and delivered later.";
}
