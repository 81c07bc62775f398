using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Engine.Validation;

/// <summary>Workflows that start or contain themselves, directly or through others.</summary>
internal static class CycleCheck
{
    private const int MaxDepth = 64;

    public static void Look(
        WorkflowDefinition definition, Func<WorkflowReference, WorkflowDefinition?> workflows, Func<string, WorkflowDefinition?> published, Findings findings)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Follow(definition, [definition.DefinitionId]);

        void Follow(WorkflowDefinition from, List<string> path)
        {
            foreach (var activity in from.Root?.SelfAndDescendants() ?? [])
            {
                if (Used(activity) is not { } used)
                    continue;
                if (used.DefinitionId == definition.DefinitionId)
                {
                    findings.Error($"'{activity.Label}' ({activity.Id})",
                        $"leads back to this workflow: {string.Join(" → ", [.. path, used.DefinitionId])}",
                        "Remove one of these uses; to repeat something, lead a connection back inside of one flowchart");
                }
                else if (path.Count < MaxDepth && seen.Add(used.DefinitionId))
                {
                    Follow(used, [.. path, used.DefinitionId]);
                }
            }
        }

        WorkflowDefinition? Used(ActivityNode activity)
        {
            var used = WorkflowStarts.IdOf(activity) is { } id ? id == definition.DefinitionId ? definition : published(id)
                : activity.Workflow is { } reference ? reference.DefinitionId == definition.DefinitionId ? definition : workflows(reference)
                : null;
            return used;
        }
    }
}

/// <summary>Activities that start a workflow by its definition id.</summary>
internal static class WorkflowStarts
{
    /// <summary>The id where the activity gives it as a literal; null for others and for ids that are computed.</summary>
    public static string? IdOf(ActivityNode activity)
    {
        if (activity.Type is not ("Elsa.ExecuteWorkflow" or "Elsa.DispatchWorkflow" or "Elsa.BulkDispatchWorkflows"))
            return null;
        var expression = activity.Json.Member("workflowDefinitionId")?.Member("expression");
        return expression?.Member("type")?.ToString() == "Literal" && expression?.Member("value") is { ValueKind: System.Text.Json.JsonValueKind.String } id
            ? id.GetString() : null;
    }
}
