using Dapper;

namespace PgWorkflows.Persistence.Runs;

/// <summary>The journal and the activity executions of runs as Elsa Studio reads them (elsa-contract 3.6 and 3.7).</summary>
public sealed class InstanceLog(Database database)
{
    /// <summary>One page of a journal by sequence, and how many entries there are on all pages.</summary>
    public async Task<(IReadOnlyList<JournalFacts> Items, int Total)> JournalAsync(JournalQuery query, CancellationToken cancellationToken)
    {
        const string where =
            """
            where instance_id = @InstanceId and (@anyId or activity_id in @ActivityIds) and (@anyNode or node_id in @NodeIds)
                and (@anyEvent or event_name in @EventNames) and activity_type not in @ExcludedTypes
            """;
        var parameters = new
        {
            query.InstanceId,
            ActivityIds = query.ActivityIds ?? [],
            NodeIds = query.NodeIds ?? [],
            EventNames = query.EventNames ?? [],
            query.ExcludedTypes,
            anyId = query.ActivityIds is null,
            anyNode = query.NodeIds is null,
            anyEvent = query.EventNames is null,
            query.Skip,
            query.Take,
        };
        await using var connection = database.Connect();
        var total = await connection.ExecuteScalarAsync<int>(new CommandDefinition($"select count(*) from journal {where}", parameters, cancellationToken: cancellationToken));
        var rows = await connection.QueryAsync<JournalRow>(new CommandDefinition(
            $"""
            select j.instance_id as InstanceId, j.sequence as Sequence, j.number as Number, j.parent_number as ParentNumber, j.node_id as NodeId, j.activity_id as ActivityId,
                j.activity_type as ActivityType, j.type_version as TypeVersion, j.activity_name as ActivityName, j.timestamp as Timestamp, j.event_name as EventName,
                j.message as Message, r.sentence as Sentence, r.outcomes as Outcomes, r.exception as Exception
            from (select * from journal {where} order by sequence limit @Take offset @Skip) j
            left join activity_record r on r.instance_id = j.instance_id and r.number = j.number
            order by j.sequence
            """, parameters, cancellationToken: cancellationToken));
        return ([.. rows.Select(row => row.ToFacts())], total);
    }

    /// <summary>The activity executions of a run in the order of their start.</summary>
    public async Task<IReadOnlyList<RecordFacts>> RecordsAsync(string instanceId, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<RecordRow>(new CommandDefinition(
            """
            select r.number as Number, r.parent_number as ParentNumber, r.scheduled_by as ScheduledBy, r.node_id as NodeId, r.activity_id as ActivityId,
                r.activity_type as ActivityType, r.type_version as TypeVersion, r.activity_name as ActivityName, r.status as Status, r.started_at as StartedAt,
                r.completed_at as CompletedAt, r.inputs as Inputs, r.outputs as Outputs, r.outcomes as Outcomes, r.sentence as Sentence,
                r.exception as Exception, r.fault_count as FaultCount
            from activity_record r where r.instance_id = @instanceId order by r.number
            """, new { instanceId }, cancellationToken: cancellationToken));
        var waiting = (await connection.QueryAsync<int>(new CommandDefinition(
            """
            select json_extract(b.value, '$.number') from workflow_instance i, json_each(cast(i.state as text), '$.bookmarks') b
            where i.id = @instanceId and i.status = 'Running' and length(i.state) > 0
            """, new { instanceId }, cancellationToken: cancellationToken))).ToHashSet();
        return [.. rows.Select(row => row.ToFacts(instanceId, waiting.Contains((int)row.Number)))];
    }

    private sealed record JournalRow(
        string InstanceId, long Sequence, long Number, long ParentNumber, string NodeId, string ActivityId, string ActivityType, long TypeVersion,
        string? ActivityName, long Timestamp, string EventName, string? Message, string? Sentence, string? Outcomes, string? Exception)
    {
        public JournalFacts ToFacts() => new(InstanceId, Sequence, (int)Number, (int)ParentNumber, NodeId, ActivityId, ActivityType, (int)TypeVersion,
            ActivityName, Timestamp.ToInstant(), EventName, Message, Sentence, Outcomes, Exception);
    }

    private sealed record RecordRow(
        long Number, long ParentNumber, long ScheduledBy, string NodeId, string ActivityId, string ActivityType, long TypeVersion, string? ActivityName,
        string Status, long StartedAt, long? CompletedAt, string? Inputs, string? Outputs, string? Outcomes, string? Sentence, string? Exception,
        long FaultCount)
    {
        public RecordFacts ToFacts(string instanceId, bool hasBookmarks) => new(instanceId, (int)Number, (int)ParentNumber, (int)ScheduledBy, NodeId, ActivityId, ActivityType,
            (int)TypeVersion, ActivityName, Status, StartedAt.ToInstant(), CompletedAt.ToInstant(), Inputs, Outputs, Outcomes, Sentence, Exception,
            (int)FaultCount, hasBookmarks);
    }
}

/// <summary>Which journal entries to read; null does not restrict, an empty list finds nothing.</summary>
public sealed record JournalQuery(string InstanceId)
{
    /// <summary>Of these activities.</summary>
    public IReadOnlyList<string>? ActivityIds { get; init; }

    /// <summary>At these paths.</summary>
    public IReadOnlyList<string>? NodeIds { get; init; }

    /// <summary>Of these events.</summary>
    public IReadOnlyList<string>? EventNames { get; init; }

    /// <summary>Not of these types.</summary>
    public IReadOnlyList<string> ExcludedTypes { get; init; } = [];

    /// <summary>How many to leave out.</summary>
    public int Skip { get; init; }

    /// <summary>How many at most.</summary>
    public int Take { get; init; } = 100;
}

/// <summary>A journal entry, with what the execution that it belongs to came to in the end; outcomes and exception are JSON.</summary>
public sealed record JournalFacts(
    string InstanceId, long Sequence, int Number, int ParentNumber, string NodeId, string ActivityId, string ActivityType, int TypeVersion,
    string? ActivityName, DateTimeOffset Timestamp, string EventName, string? Message, string? Sentence, string? Outcomes, string? Exception);

/// <summary>An activity execution; inputs, outputs, outcomes and exception are JSON.</summary>
public sealed record RecordFacts(
    string InstanceId, int Number, int ParentNumber, int ScheduledBy, string NodeId, string ActivityId, string ActivityType, int TypeVersion,
    string? ActivityName, string Status, DateTimeOffset StartedAt, DateTimeOffset? CompletedAt, string? Inputs, string? Outputs, string? Outcomes,
    string? Sentence, string? Exception, int FaultCount, bool HasBookmarks)
{
    /// <summary>Its id in Elsa's API.</summary>
    public string Id => $"{InstanceId}-{Number}";
}
