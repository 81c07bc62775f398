using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Validation;

/// <summary>
/// Merges that silently never run: a connection is followed to an activity, the counters do not let it run, and the flowchart ends as if all were well.
/// Found by playing the flowchart's own rules with every outcome that an activity can have, shortest way first.
/// </summary>
internal static class MergeTrap
{
    /// <summary>The most situations looked at; beyond it the finding says that not all was seen.</summary>
    private const int MaxSituations = 20_000;

    /// <summary>Each situation counts all activities and connections: in large flowcharts fewer are looked at.</summary>
    private const int MaxWork = 20_000_000;

    public static void Look(Node flowchart, Findings findings)
    {
        foreach (var start in FlowchartCheck.StartsOf(flowchart))
        {
            var graph = flowchart.Graphs!.From(start);
            if (HasLoopOrJoin(flowchart, graph))
                new Exploration(flowchart, graph, start, findings).Explore();
        }
    }

    /// <summary>Without a way back and without a FlowJoin every merge learns of each of its branches once.</summary>
    private static bool HasLoopOrJoin(Node flowchart, FlowGraph graph) =>
        Enumerable.Range(0, flowchart.Graphs!.Edges.All.Length).Any(graph.IsBackward) || flowchart.Children.Any(child => child.Type == "Elsa.FlowJoin");

    private sealed class Exploration(Node flowchart, FlowGraph graph, int start, Findings findings)
    {
        private readonly FlowEdges _edges = flowchart.Graphs!.Edges;
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private readonly HashSet<int> _told = [];
        private readonly int _limit = Math.Min(MaxSituations, MaxWork / (flowchart.Children.Count + flowchart.Graphs!.Edges.All.Length + 1));
        private readonly JoinMode[] _modes = [.. flowchart.Children.Select(ModeOf)];
        private readonly IReadOnlyList<string>[][] _choices = [.. Enumerable.Range(0, flowchart.Children.Count).Select(node => ChoicesOf(flowchart, node))];

        public void Explore()
        {
            var first = Situation.First(start, flowchart.Children.Count, _edges.All.Length);
            var open = new Queue<Situation>([first]);
            while (open.TryDequeue(out var situation))
            {
                if (situation.Running.Count == 0)
                {
                    Tell(situation);
                    continue;
                }

                var (node, backward) = situation.Running[0];
                foreach (var outcomes in _choices[node])
                {
                    var next = situation.After(outcomes);
                    var move = new Move(next, _edges, graph, _modes);
                    if (flowchart.Children[node].IsTerminal)
                        continue;
                    move.Complete(node, outcomes, backward);
                    if (move.Faults || !_seen.Add(next.Key(_edges, graph)))
                        continue;
                    if (_seen.Count > _limit)
                    {
                        findings.Warning(Findings.Place(flowchart), "has so many ways that not all of them were looked at for merges that never run",
                            "Box loops in flowcharts or workflows of their own");
                        return;
                    }

                    open.Enqueue(next);
                }
            }
        }

        private void Tell(Situation situation)
        {
            foreach (var node in situation.Waiting.Where(_told.Add))
            {
                var place = Findings.Place(flowchart.Children[node]);
                var way = string.Join(" → ", situation.Way().Select(step => $"{flowchart.Children[step.Node].Label} [{string.Join(", ", step.Outcomes)}]"));
                if (_modes[node] == JoinMode.WaitAll)
                    findings.Warning(place, $"waits for all of its ways and so does not run after: {way}",
                        "Use the mode WaitAllActive, unless the run shall end there");
                else
                    findings.Error(place, $"is led to, but is silently not run, and the flowchart ends, after: {way}",
                        "Give each way into it an activity of its own, or box the loop in a flowchart or workflow of its own with outcomes");
            }
        }

        private static JoinMode ModeOf(Node node)
        {
            if (node.Type != "Elsa.FlowJoin")
                return JoinMode.WaitAllActive;
            var mode = Array.Find(node.Inputs, input => input.Name == "Mode");
            var value = mode?.Expression is Expressions.Constant constant ? constant.Evaluate(Expressions.NoExpressionContext.Instance) : null;
            return Enum.TryParse<JoinMode>(ValueConverter.ToText(value), out var known) ? known : JoinMode.WaitAny;
        }

        /// <summary>What an activity can complete with, as far as connections tell it apart.</summary>
        private static IReadOnlyList<string>[] ChoicesOf(Node flowchart, int node)
        {
            var child = flowchart.Children[node];
            var connected = flowchart.Graphs!.Edges.Outbound[node].Select(edge => flowchart.Graphs.Edges.All[edge].Port).OfType<string>().Distinct().ToList();
            var ports = FlowchartCheck.PortsOf(child);
            if (child.Behavior is FlowFork)
                return [ports?.Where(port => port != "Done" || ports.Count == 1).ToList() ?? connected];
            if (child.Type == "Elsa.FlowSendHttpRequest")
                return [.. connected.Where(port => port is not "Done").Select(port => port is "Failed to connect" or "Timeout" ? new[] { port } : [port, "Done"]), ["Done"]];

            var other = ports?.FirstOrDefault(port => !connected.Contains(port));
            List<IReadOnlyList<string>> choices = [.. connected.Where(port => ports?.Contains(port) is not false).Select(port => (IReadOnlyList<string>)[port])];
            if (other is not null || choices.Count == 0)
                choices.Add([other ?? "Done"]);
            if (child.Behavior is FlowSwitch && Array.Find(child.Inputs, input => input.Name == "Mode")?.Expression is Expressions.Constant mode
                && mode.Evaluate(Expressions.NoExpressionContext.Instance) is "MatchAny")
            {
                choices.Add([.. child.Cases.Select(@case => @case.Label)]);
            }

            return [.. choices];
        }
    }
}
