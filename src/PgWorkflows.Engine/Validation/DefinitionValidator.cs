using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Validation;

/// <summary>Finds what is wrong with a definition before it is published.</summary>
public sealed class DefinitionValidator(ActivityLibrary library, Func<WorkflowReference, WorkflowDefinition?> workflows)
{
    /// <summary>All findings.</summary>
    public IReadOnlyList<Finding> Validate(WorkflowDefinition definition) =>
        [.. (definition.Root?.SelfAndDescendants() ?? [])
            .Where(activity => library.FindDescriptor(activity.Type) is null && (activity.Workflow is null || workflows(activity.Workflow) is null))
            .Select(activity => new Finding(Severity.Error, $"{activity.Label} ({activity.Id})", $"the activity type '{activity.Type}' is not known here", "Remove it, or install what brings it"))];
}
