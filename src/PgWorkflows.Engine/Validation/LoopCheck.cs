using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Validation;

/// <summary>Loops in which nothing waits and nothing changes: they would run until the step budget cuts them.</summary>
internal static class LoopCheck
{
    public static void Look(IReadOnlyList<Node> nodes, Findings findings)
    {
        foreach (var node in nodes)
        {
            if (node.Graphs is not null)
                InFlowchart(node, findings);
            else if (node.Behavior is While && node.Children.Count > 0 && !SelfAndBelow(node.Children[0]).Any(Calms) && !IsFalse(node))
                findings.Warning(Findings.Place(node), "repeats without a wait and without setting a variable",
                    "Put a Delay or a counter into its body");
        }
    }

    private static void InFlowchart(Node flowchart, Findings findings)
    {
        var edges = flowchart.Graphs!.Edges;
        foreach (var start in FlowchartCheck.StartsOf(flowchart))
        {
            var graph = flowchart.Graphs.From(start);
            for (var edge = 0; edge < edges.All.Length; edge++)
            {
                var (source, _, target) = edges.All[edge];
                if (graph.IsBackward(edge) && HasRestlessWay(flowchart, edges, graph, target, source))
                    findings.Warning(Findings.Place(flowchart.Children[source]), $"leads back to {Findings.Place(flowchart.Children[target])} on a way without a wait and without a counter",
                        "Put a Delay or a counter into the loop");
            }
        }
    }

    /// <summary>Whether forward connections lead from the loop's head to its tail past activities that neither wait nor count.</summary>
    private static bool HasRestlessWay(Node flowchart, FlowEdges edges, FlowGraph graph, int head, int tail)
    {
        if (Restless(head))
        {
            var seen = new HashSet<int> { head };
            var open = new Queue<int>([head]);
            while (open.TryDequeue(out var node))
            {
                if (node == tail)
                    return true;
                foreach (var next in edges.Outbound[node].Where(edge => !graph.IsBackward(edge)).Select(edge => edges.All[edge].Target).Where(Restless).Where(seen.Add))
                    open.Enqueue(next);
            }
        }

        return false;

        bool Restless(int node) => !SelfAndBelow(flowchart.Children[node]).Any(Calms);
    }

    /// <summary>Waits, or sets something that a condition can look at.</summary>
    private static bool Calms(Node node) =>
        node.Behavior is Delay or Event or StartAt or Cron or Interpreting.Behaviors.Timer or HttpEndpoint or RunTask or SetVariable or RunJavaScript or For or ForEach
        || node.Outputs.Length > 0
        || (node.Behavior is LeafBehavior leaf && leaf.Activity is ExecuteWorkflow or DispatchWorkflow or BulkDispatchWorkflows);

    private static IEnumerable<Node> SelfAndBelow(Node node) => node.Children.SelectMany(SelfAndBelow).Prepend(node);

    private static bool IsFalse(Node loop) => Array.Find(loop.Inputs, input => input.Name == "Condition") is { Expression: null or Constant } condition
        && (condition.Expression?.Evaluate(NoExpressionContext.Instance) ?? condition.Default) is false or null or "false" or "False";
}
