using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Values;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Elsa;

/// <summary>Runs as Studio reads them (elsa-contract 3.5): the stored state in Elsa's shape.</summary>
internal sealed class InstanceModels(Installation installation)
{
    public static object SummaryOf(InstanceFacts facts) => new
    {
        id = facts.Id,
        definitionId = facts.DefinitionId,
        definitionVersionId = facts.VersionId,
        version = facts.Version,
        status = facts.Status,
        subStatus = facts.SubStatus,
        correlationId = facts.CorrelationId,
        name = facts.Name,
        incidentCount = facts.IncidentCount,
        createdAt = facts.CreatedAt,
        updatedAt = facts.UpdatedAt,
        finishedAt = facts.FinishedAt,
    };

    public async Task<object> OfAsync(InstanceFacts facts, CancellationToken cancellationToken) => new
    {
        id = facts.Id,
        definitionId = facts.DefinitionId,
        definitionVersionId = facts.VersionId,
        version = facts.Version,
        parentWorkflowInstanceId = facts.ParentId,
        workflowState = await StateAsync(facts, cancellationToken),
        status = facts.Status,
        subStatus = facts.SubStatus,
        isExecuting = false,
        correlationId = facts.CorrelationId,
        name = facts.Name,
        incidentCount = facts.IncidentCount,
        isSystem = false,
        createdAt = facts.CreatedAt,
        updatedAt = facts.UpdatedAt,
        finishedAt = facts.FinishedAt,
    };

    public async Task<object> StateAsync(InstanceFacts facts, CancellationToken cancellationToken)
    {
        var instance = await ReadAsync(facts, cancellationToken);
        var records = await installation.Log.RecordsAsync(facts.Id, cancellationToken);
        var waits = facts.Status == nameof(WorkflowStatus.Running) ? instance?.Bookmarks ?? [] : []; // What was ended from outside waits for nothing.
        return new
        {
            id = facts.Id,
            definitionId = facts.DefinitionId,
            definitionVersionId = facts.VersionId,
            definitionVersion = facts.Version,
            parentWorkflowInstanceId = facts.ParentId,
            correlationId = facts.CorrelationId,
            name = facts.Name,
            status = facts.Status,
            subStatus = facts.SubStatus,
            isExecuting = false,
            bookmarks = waits.Select(BookmarkOf),
            incidents = instance?.Incidents.Select(IncidentOf) ?? [],
            isSystem = false,
            completionCallbacks = Array.Empty<object>(),
            activityExecutionContexts = records.Where(record => record.ParentNumber == 0 || record.Status == nameof(ActivityStatus.Running)).Select(record => ContextOf(record, records, instance)),
            scheduledActivities = Array.Empty<object>(),
            executionLogSequence = instance?.JournalLength ?? 0,
            input = Bag(instance?.Input),
            output = Bag(instance?.Output),
            properties = facts.ClosingNote is null ? [] : new JsonObject { ["ClosingNote"] = facts.ClosingNote },
            createdAt = facts.CreatedAt,
            updatedAt = facts.UpdatedAt,
            finishedAt = facts.FinishedAt,
        };
    }

    /// <summary>The workflow-level variables with their values.</summary>
    public async Task<IReadOnlyList<object>> VariablesAsync(InstanceFacts facts, CancellationToken cancellationToken) =>
        await ReadAsync(facts, cancellationToken) is not { } instance ? []
            : [.. instance.Program.Definition.Variables.Select(variable => new { id = variable.Id, name = variable.Name, value = Node(instance.Variables.GetValueOrDefault(variable.Name)) })];

    /// <summary>The run as the engine knows it; null when its definition can no longer be put together, then only its columns are shown.</summary>
    private async Task<WorkflowInstance?> ReadAsync(InstanceFacts facts, CancellationToken cancellationToken)
    {
        var state = await installation.Instances.StateAsync(facts.Id, cancellationToken);
        if (state.Length == 0 || await installation.Programs.OfRunAsync(facts.VersionId, facts.Uses, installation.Library, cancellationToken) is not { } program)
            return null;
        try
        {
            return InstanceState.Read(state, program);
        }
        catch (InstanceStateException)
        {
            return null;
        }
    }

    private static object BookmarkOf(Bookmark bookmark) => new
    {
        id = bookmark.Id,
        name = bookmark.Name,
        hash = bookmark.Id,
        payload = Node(bookmark.Payload),
        activityId = bookmark.ActivityId,
        activityNodeId = bookmark.NodeId,
        activityInstanceId = $"{bookmark.Id[..bookmark.Id.IndexOf('-', StringComparison.Ordinal)]}-{bookmark.Number}",
        createdAt = bookmark.CreatedAt,
        autoBurn = true,
        autoComplete = bookmark.AutoComplete,
    };

    private static object IncidentOf(Incident incident) => new
    {
        activityId = incident.ActivityId,
        activityNodeId = incident.ActivityNodeId,
        activityType = incident.ActivityType,
        message = incident.Message,
        exception = incident.Exception is { } exception ? ExceptionOf(exception) : null,
        timestamp = incident.Timestamp,
    };

    private static object ExceptionOf(ExceptionState exception) => new
    {
        type = exception.Type,
        message = exception.Message,
        stackTrace = "",
        innerException = exception.InnerException is { } inner ? ExceptionOf(inner) : null,
    };

    private static object ContextOf(RecordFacts record, IReadOnlyList<RecordFacts> all, WorkflowInstance? instance) => new
    {
        id = record.Id,
        parentContextId = record.ParentNumber == 0 ? null : $"{record.InstanceId}-{record.ParentNumber}",
        scheduledActivityNodeId = record.NodeId,
        ownerActivityNodeId = all.FirstOrDefault(other => other.Number == record.ParentNumber)?.NodeId,
        properties = record.ParentNumber == 0 && instance is not null ? new JsonObject { ["Variables"] = Bag(ById(instance)) } : [],
        metadata = new JsonObject(),
        activityState = ElsaJson.Parse(record.Inputs) ?? new JsonObject(),
        dynamicVariables = Array.Empty<object>(),
        status = record.Status,
        isExecuting = false,
        faultCount = record.FaultCount,
        startedAt = record.StartedAt,
        completedAt = record.CompletedAt,
    };

    private static Dictionary<string, object?> ById(WorkflowInstance instance) => instance.Program.Definition.Variables
        .Where(variable => instance.Variables.GetValueOrDefault(variable.Name) is not null)
        .ToDictionary(variable => variable.Id, variable => instance.Variables[variable.Name]);

    private static JsonNode? Node(object? value) => JsonSerializer.SerializeToNode(value, ValueConverter.Json);

    private static JsonObject Bag(IReadOnlyDictionary<string, object?>? values)
    {
        var bag = new JsonObject();
        foreach (var (name, value) in values ?? new Dictionary<string, object?>(0))
            bag[name] = Node(value);
        return bag;
    }
}
