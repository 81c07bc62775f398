using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Validation;
using PgWorkflows.Runtime.Waking;

namespace PgWorkflows.Runtime.Upgrades;

/// <summary>Looks at a definition as it would act: among the published versions of the workflows that it uses.</summary>
public static class DefinitionCheck
{
    /// <summary>What is wrong with it; errors forbid publishing.</summary>
    public static async Task<IReadOnlyList<Finding>> FindAsync(Installation installation, WorkflowDefinition definition, CancellationToken cancellationToken)
    {
        var published = await installation.Programs.PublishedAsync(cancellationToken);
        var validator = new DefinitionValidator(installation.Library,
            reference => reference.DefinitionId is { } id ? Of(id) : null,
            Of);
        var findings = validator.Validate(definition);
        return findings.Any(finding => finding.Severity == Severity.Error) ? findings : [.. findings, .. await EndpointCheck.FindAsync(installation, definition, cancellationToken)];

        WorkflowDefinition? Of(string id) => id == definition.DefinitionId ? definition : published.GetValueOrDefault(id)?.Definition;
    }
}
