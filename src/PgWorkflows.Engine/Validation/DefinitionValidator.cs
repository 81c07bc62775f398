using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Validation;

/// <summary>
/// Looks at a definition before it is published: what cannot run as drawn is an error and blocks publishing, what is likely not meant is a warning.
/// All findings are told at once.
/// </summary>
/// <param name="library">The activity types and script languages known here.</param>
/// <param name="workflows">Finds the definition that a workflow-as-activity stands for; null when there is none.</param>
/// <param name="published">Finds the published definition that ExecuteWorkflow and its kin would start; null when there is none.</param>
public sealed class DefinitionValidator(
    ActivityLibrary library, Func<WorkflowReference, WorkflowDefinition?>? workflows = null, Func<string, WorkflowDefinition?>? published = null)
{
    private readonly Func<WorkflowReference, WorkflowDefinition?> _workflows = workflows ?? (_ => null);

    /// <summary>Everything that is wrong with a definition, errors first.</summary>
    public IReadOnlyList<Finding> Validate(WorkflowDefinition definition)
    {
        var findings = new Findings();
        if (Activation.NameOf(definition.Options.ActivationStrategyType) is not (null or "" or "AllowAlways" or "Singleton" or "Correlation" or "CorrelatedSingleton"))
        {
            findings.Error($"'{definition.Name}'",
                $"has the activation strategy '{definition.Options.ActivationStrategyType}', which is not known here; every start would be allowed",
                "Choose Always active, Singleton, Correlation or Correlated singleton in its settings");
        }

        CycleCheck.Look(definition, _workflows, published ?? (_ => null), findings);
        if (definition.Root is null)
        {
            findings.Error(definition.Name, "has no root activity", "A definition needs one, usually an Elsa.Flowchart");
            return findings.All;
        }

        try
        {
            var program = Program.Of(definition, library, _workflows);
            var inner = Inner(program.Root);
            foreach (var node in inner)
                ActivityCheck.Look(node, definition, library, published, findings);
            foreach (var flowchart in inner.Where(node => node.Graphs is not null))
            {
                FlowchartCheck.Look(flowchart, findings);
                MergeTrap.Look(flowchart, findings);
            }

            LoopCheck.Look(inner, findings);
        }
        catch (WorkflowCycleException)
        {
            // The cycle check has told of it with its way round.
        }

        return findings.All;
    }

    /// <summary>The definition's own activities; those of workflows used as activities are looked at when those are published.</summary>
    private static List<Node> Inner(Node wrapper)
    {
        var nodes = new List<Node>();
        var open = new Stack<Node>(wrapper.Children);
        while (open.TryPop(out var node))
        {
            nodes.Add(node);
            foreach (var child in node.Children.Where(child => child.Definition is null))
                open.Push(child);
        }

        return nodes;
    }
}

/// <summary>The findings so far; the same thing is told once.</summary>
internal sealed class Findings
{
    private readonly HashSet<Finding> _findings = [];

    public IReadOnlyList<Finding> All => [.. _findings.OrderByDescending(finding => finding.Severity)];

    public void Error(string place, string problem, string cure) => _findings.Add(new(Severity.Error, place, problem, cure));

    public void Warning(string place, string problem, string cure) => _findings.Add(new(Severity.Warning, place, problem, cure));

    public static string Place(Node node) => $"'{node.Label}' ({node.Id})";
}
