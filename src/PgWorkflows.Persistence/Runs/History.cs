using System.Text.Json;
using Dapper;

namespace PgWorkflows.Persistence.Runs;

/// <summary>Reads the history: runs, their steps and their events.</summary>
public sealed class History(Database database)
{
    private const string Facts =
        """
        select i.id as Id, i.definition_id as DefinitionId, i.version_id as VersionId, i.definition_hash as DefinitionHash, i.status as Status,
            i.sub_status as SubStatus, i.created_at as CreatedAt, i.finished_at as FinishedAt, i.incident_count as IncidentCount,
            i.resource as Resource, i.action as Action, i.result as Result, i.return_value as ReturnValue, i.closing_note as ClosingNote,
            i.trigger_kind as TriggerKind, i.triggered_by as TriggeredBy, i.parent_id as ParentId, d.version as DefinitionVersion
        from workflow_instance i join workflow_definition d on d.version_id = i.version_id
        """;

    /// <summary>The newest runs first.</summary>
    /// <param name="resource">Of this resource only, or null.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<RunFacts>> ListAsync(string? resource, int most, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<FactsRow>(new CommandDefinition(
            $"{Facts} {(resource is null ? "" : "where i.resource = @resource collate nocase")} order by i.created_at desc, i.rowid desc limit @most",
            new { resource, most }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToFacts())];
    }

    /// <summary>The runs whose id begins so: one, none, or several when the beginning is too short.</summary>
    public async Task<IReadOnlyList<RunFacts>> FindAsync(string idOrBeginning, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<FactsRow>(new CommandDefinition(
            $"{Facts} where i.id >= @idOrBeginning and i.id < @end order by i.created_at desc limit 3",
            new { idOrBeginning, end = idOrBeginning + char.MaxValue }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToFacts())];
    }

    /// <summary>The activity executions of a run in the order of their start.</summary>
    public async Task<IReadOnlyList<StepFacts>> StepsAsync(string runId, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<StepRow>(new CommandDefinition(
            """
            select number as Number, parent_number as ParentNumber, node_id as NodeId, activity_type as ActivityType, label as Label,
                is_container as IsContainer, status as Status, started_at as StartedAt, completed_at as CompletedAt, inputs as Inputs, outputs as Outputs,
                outcomes as Outcomes, sentence as Sentence, exception as Exception
            from activity_record where instance_id = @runId order by number
            """, new { runId }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToFacts())];
    }

    /// <summary>Events, the newest first: of one run, of one resource, or of all.</summary>
    public async Task<IReadOnlyList<EventFacts>> EventsAsync(string? runId, string? resource, int most, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var rows = await connection.QueryAsync<EventRow>(new CommandDefinition(
            $"""
            select id as Number, instance_id as RunId, resource as Resource, message_id as Id, severity as Severity, text as Text, timestamp as Timestamp
            from event
            where {(runId is null ? "true" : "instance_id = @runId")} and {(resource is null ? "true" : "resource = @resource collate nocase")}
            order by event.id desc limit @most
            """, new { runId, resource, most }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new EventFacts(row.Number, row.RunId, row.Resource, (int)row.Id, row.Severity, row.Text, row.Timestamp.ToInstant()))];
    }

    private sealed record FactsRow(
        string Id, string DefinitionId, string VersionId, string DefinitionHash, string Status, string SubStatus, long CreatedAt, long? FinishedAt,
        long IncidentCount, string? Resource, string? Action, string? Result, long? ReturnValue, string? ClosingNote, string TriggerKind, string TriggeredBy,
        string? ParentId, long DefinitionVersion)
    {
        public RunFacts ToFacts() => new(
            Id, DefinitionId, VersionId, (int)DefinitionVersion, DefinitionHash, Status, SubStatus, CreatedAt.ToInstant(), FinishedAt.ToInstant(), (int)IncidentCount,
            Resource, Action, Result, (int?)ReturnValue, ClosingNote, new(TriggerKind, TriggeredBy), ParentId);
    }

    private sealed record StepRow(
        long Number, long ParentNumber, string NodeId, string ActivityType, string Label, long IsContainer, string Status, long StartedAt, long? CompletedAt,
        string? Inputs, string? Outputs, string? Outcomes, string? Sentence, string? Exception)
    {
        public StepFacts ToFacts() => new(
            (int)Number, (int)ParentNumber, NodeId, ActivityType, Label, IsContainer != 0, Status, StartedAt.ToInstant(), CompletedAt.ToInstant(),
            Inputs is null ? null : JsonSerializer.Deserialize<JsonElement>(Inputs),
            Outputs is null ? null : JsonSerializer.Deserialize<JsonElement>(Outputs),
            Outcomes is null ? [] : JsonSerializer.Deserialize<string[]>(Outcomes)!, Sentence,
            Exception is null ? null : JsonSerializer.Deserialize<JsonElement>(Exception).GetProperty("Message").GetString());
    }

    private sealed record EventRow(long Number, string? RunId, string Resource, long Id, string Severity, string Text, long Timestamp);
}

/// <summary>What the history says of a run as a whole.</summary>
public sealed record RunFacts(
    string Id, string DefinitionId, string VersionId, int DefinitionVersion, string DefinitionHash, string Status, string SubStatus,
    DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, int IncidentCount,
    string? Resource, string? Action, string? Result, int? ReturnValue, string? ClosingNote, RunOrigin Origin, string? ParentId);

/// <summary>What the history says of one activity execution.</summary>
public sealed record StepFacts(
    int Number, int ParentNumber, string NodeId, string ActivityType, string Label, bool IsContainer, string Status,
    DateTimeOffset StartedAt, DateTimeOffset? CompletedAt, JsonElement? Inputs, JsonElement? Outputs, IReadOnlyList<string> Outcomes, string? Sentence, string? Fault)
{
    /// <summary>The catalogue number of the message that the step logged, if it did.</summary>
    public int? LoggedMessage => Inputs?.TryGetProperty("Message", out var number) is true && number.ValueKind == JsonValueKind.Number ? number.GetInt32() : null;
}

/// <summary>One event of the catalogue as it was logged.</summary>
public sealed record EventFacts(long Number, string? RunId, string Resource, int Id, string Severity, string Text, DateTimeOffset Timestamp);
