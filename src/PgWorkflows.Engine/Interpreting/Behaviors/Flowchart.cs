using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting.Behaviors;

/// <summary>
/// Elsa's flowchart in counter mode (elsa-contract 2.4 and 2.5): visits of activities and connections are counted; a target with several forward
/// connections waits until each has been visited, and a branch that cannot come any more counts as visited ("dead path").
/// </summary>
internal sealed class Flowchart : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        var start = StartOf(self.Node, burst.TriggerActivityId);
        if (start < 0)
        {
            burst.Complete(self);
            return;
        }

        var edges = self.Node.Graphs!.Edges;
        burst.Update(self with
        {
            State = new BehaviorState.Flow(start, new int[self.Node.Children.Count], new int[edges.All.Length], new bool[edges.All.Length]),
        });
        burst.Schedule(self, self.Node.Children[start]);
    }

    public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes)
    {
        if (child.Node.IsTerminal)
        {
            burst.Complete(self);
            return;
        }

        new Visit(burst, self, child).Process(child.Node, outcomes, child.EnteredBackward);
        CompleteIfNothingIsLeft(burst, self);
    }

    public override void ChildCanceled(Burst burst, ActivityContext self, ActivityContext child)
    {
        // Elsa looks whether the flowchart is complete before it tells the joins that this branch is dead, and so calls a run finished that
        // goes on. Here the joins learn first (docs/elsa-compatibility.md).
        new Visit(burst, self, child).Process(child.Node, [], child.EnteredBackward);
        CompleteIfNothingIsLeft(burst, self);
    }

    private static void CompleteIfNothingIsLeft(Burst burst, ActivityContext self)
    {
        if (burst.Get(self.Number) is { Status: ActivityStatus.Running } current
            && !burst.HasQueuedWork(self.Number)
            && !burst.Children(self.Number).Any(child => child.Status is ActivityStatus.Running or ActivityStatus.Faulted))
        {
            burst.Complete(current);
        }
    }

    /// <summary>Which child begins (elsa-contract 2.4): trigger, start, Elsa.Start, canStartWorkflow, no inbound connection, the first.</summary>
    internal static int StartOf(Node flowchart, string? trigger)
    {
        var children = flowchart.Children;
        var choices = new Func<Node, int, bool>[]
        {
            (child, _) => trigger is not null && child.Id == trigger,
            (child, _) => child.Id == flowchart.Source?.Start,
            (child, _) => child.Type == "Elsa.Start",
            (child, _) => child.Source?.CanStartWorkflow is true,
            (_, index) => flowchart.Graphs!.Edges.Inbound[index].Length == 0,
            (_, index) => index == 0,
        };
        foreach (var isStart in choices)
        {
            for (var index = 0; index < children.Count; index++)
            {
                if (isStart(children[index], index))
                    return index;
            }
        }

        return -1;
    }

    /// <summary>What follows from one completed child; works on copies of the counters and puts them back first.</summary>
    private sealed class Visit : IFlow
    {
        private readonly Burst _burst;
        private readonly int _self;
        private readonly ActivityContext _child;
        private readonly Node _node;
        private readonly FlowGraph _graph;
        private readonly FlowRules _rules;
        private readonly bool _isNested;

        public Visit(Burst burst, ActivityContext self, ActivityContext child)
        {
            var before = (BehaviorState.Flow)self.State!;

            // A join that cancels branches is told of each while it is still counting: both visits go on with the same counters.
            _isNested = burst.OpenCounters.TryGetValue(self.Number, out var counters);
            counters ??= new(before.Start, [.. before.Visits], [.. before.EdgeVisits], [.. before.LastFollowed]);
            burst.OpenCounters[self.Number] = counters;
            (_burst, _self, _child, _node) = (burst, self.Number, child, self.Node);
            _graph = self.Node.Graphs!.From(before.Start);
            _rules = new(self.Node.Graphs.Edges, _graph, counters, this);
            burst.Update(self with { State = counters });
        }

        public bool IsRunning => _burst.Get(_self) is { Status: ActivityStatus.Running };

        public void Process(Node activity, IReadOnlyList<string> outcomes, bool viaBackward)
        {
            var index = _node.Graphs!.IndexOf(activity);
            try
            {
                if (_graph.IsDangling(index))
                    throw new FlowchartException($"'{activity.Label}' ({activity.Id}) cannot be reached from the flowchart's start, so nothing can follow it. Connect it, or remove it.");
                _rules.Process(index, outcomes, viaBackward);
            }
            finally
            {
                if (!_isNested)
                    _burst.OpenCounters.Remove(_self);
            }
        }

        public JoinMode ModeOf(int node)
        {
            var target = _node.Children[node];
            return target.Type != "Elsa.FlowJoin" ? JoinMode.WaitAllActive
                : Enum.TryParse<JoinMode>(ValueConverter.ToText(_burst.EvaluateFor(Owner, target, "Mode")), out var mode) ? mode
                : JoinMode.WaitAny;
        }

        public bool IsQueued(int node) => _burst.IsQueued(_self, _node.Children[node]);

        public void Schedule(int node, bool backward) => _burst.Schedule(Owner, _node.Children[node], _child, backward);

        public void Cancel(HashSet<int> nodes)
        {
            foreach (var child in _burst.Children(_self).Where(child => child.Status == ActivityStatus.Running).ToList())
            {
                if (nodes.Contains(_node.Graphs!.IndexOf(child.Node)))
                    _burst.Cancel(child);
            }
        }

        public void RefuseBackward(int edge)
        {
            var (source, _, target) = _node.Graphs!.Edges.All[edge];
            throw new FlowchartException($"The connection from '{_node.Children[source].Label}' back to '{_node.Children[target].Label}' is not valid: '{_node.Children[source].Label}' can be reached without passing '{_node.Children[target].Label}'. Lead the loop back to an activity that every path into it passes.");
        }

        private ActivityContext Owner => _burst.Get(_self)!;
    }
}

/// <summary>A flowchart cannot go on as it is drawn; the message says where and what to change.</summary>
public sealed class FlowchartException(string message) : Exception(message);
