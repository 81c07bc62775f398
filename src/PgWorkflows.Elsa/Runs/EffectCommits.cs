using System.ComponentModel;
using Elsa.Extensions;
using Elsa.Workflows;
using Elsa.Workflows.CommitStates;
using PgWorkflows.Elsa.Activities;

namespace PgWorkflows.Elsa.Runs;

/// <summary>Stores the workflow right before and right after an activity that starts or stops a service.</summary>
[DisplayName("Around effects (PgWorkflows)")]
[Description("Stores the workflow right before and right after an activity that starts or stops a service.")]
public sealed class EffectCommits : IActivityCommitStrategy
{
    /// <summary>The strategy's name in definitions.</summary>
    public const string Name = "PgWorkflowsEffect";

    private static readonly Lock Marking = new();

    /// <inheritdoc/>
    public CommitAction ShouldCommit(ActivityCommitStateStrategyContext context) => CommitAction.Commit;

    /// <summary>Gives the strategy to the effects of a workflow that name none or a weaker one; a definition need not know of it, and is not changed.</summary>
    public static void Mark(WorkflowExecutionContext context, IReadOnlyDictionary<string, PgWorkflows.Engine.Activities.IActivity> activities)
    {
        lock (Marking) // Elsa caches the graph, so other runs mark the same one.
        {
            foreach (var node in context.WorkflowGraph.Nodes)
            {
                if (node.Activity is PostgresActivity activity && activities[activity.Type].Descriptor.HasEffect && activity.GetCommitStrategy() != Name)
                    activity.SetCommitStrategy(Name);
            }
        }
    }
}
