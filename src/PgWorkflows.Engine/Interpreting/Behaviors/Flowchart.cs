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

    /// <summary>What follows from one completed child; works on copies of the counters and puts them back at the end.</summary>
    private readonly struct Visit
    {
        private readonly Burst _burst;
        private readonly int _self;
        private readonly ActivityContext _child;
        private readonly FlowEdges _edges;
        private readonly FlowGraph _graph;
        private readonly BehaviorState.Flow _flow;

        public Visit(Burst burst, ActivityContext self, ActivityContext child)
        {
            var flow = (BehaviorState.Flow)self.State!;
            (_burst, _self, _child) = (burst, self.Number, child);
            _edges = self.Node.Graphs!.Edges;
            _graph = self.Node.Graphs.From(flow.Start);
            _flow = new(flow.Start, [.. flow.Visits], [.. flow.EdgeVisits], [.. flow.LastFollowed]);
            burst.Update(self with { State = _flow });
        }

        public void Process(Node activity, IReadOnlyList<string> outcomes, bool viaBackward)
        {
            var owner = _burst.Get(_self)!;
            var index = IndexOf(owner.Node, activity);
            if (_graph.IsDangling(index))
                throw new FlowchartException($"'{activity.Label}' ({activity.Id}) cannot be reached from the flowchart's start, so nothing can follow it. Connect it, or remove it.");

            if (!viaBackward)
                _flow.Visits[index]++;
            foreach (var edge in _edges.Outbound[index])
            {
                var (_, port, target) = _edges.All[edge];
                var followed = port is not null && outcomes.Contains(port);
                _flow.EdgeVisits[edge]++;
                _flow.LastFollowed[edge] = followed;
                if (!_graph.IsBackward(edge))
                    Decide(edge, target);
                else if (followed)
                    FollowBackward(edge, activity, target);
            }
        }

        private void FollowBackward(int edge, Node activity, int target)
        {
            var owner = _burst.Get(_self)!;
            var node = owner.Node.Children[target];
            if (!_graph.IsValidBackward(edge))
                throw new FlowchartException($"The connection from '{activity.Label}' back to '{node.Label}' is not valid: '{activity.Label}' can be reached without passing '{node.Label}'. Lead the loop back to an activity that every path into it passes.");
            _burst.Schedule(owner, node, _child, backward: true);
        }

        private void Decide(int edge, int target)
        {
            var owner = _burst.Get(_self)!;
            if (owner.Status != ActivityStatus.Running)
                return;
            var node = owner.Node.Children[target];
            var inbound = _graph.ForwardInbound(target);
            var visits = _flow.Visits[target];
            var most = inbound.Max(Visits);
            var allVisited = inbound.Min(Visits) > visits;
            var flow = _flow;
            var anyFollowed = most > visits && Array.Exists(inbound, other => flow.EdgeVisits[other] == most && flow.LastFollowed[other]);
            var allFollowed = most > visits && Array.TrueForAll(inbound, other => flow.EdgeVisits[other] == most && flow.LastFollowed[other]);

            switch (ModeOf(owner, node))
            {
                case JoinMode.WaitAll when allVisited:
                    ScheduleOrSkip(owner, node, allFollowed);
                    break;
                case JoinMode.WaitAllActive when allVisited:
                    ScheduleOrSkip(owner, node, anyFollowed);
                    break;
                case JoinMode.WaitAny:
                    if (_flow.EdgeVisits[edge] <= visits || _burst.IsQueued(_self, node))
                        break;
                    if (anyFollowed)
                    {
                        _burst.Schedule(owner, node, _child);
                        CancelAncestors(target);
                    }
                    else if (allVisited)
                    {
                        Process(node, [], viaBackward: false);
                    }

                    break;
            }
        }

        private int Visits(int edge) => _flow.EdgeVisits[edge];

        private void ScheduleOrSkip(ActivityContext owner, Node node, bool schedule)
        {
            if (schedule)
                _burst.Schedule(owner, node, _child);
            else
                Process(node, [], viaBackward: false);
        }

        private JoinMode ModeOf(ActivityContext owner, Node node) =>
            node.Type != "Elsa.FlowJoin" ? JoinMode.WaitAllActive
            : Enum.TryParse<JoinMode>(ValueConverter.ToText(_burst.EvaluateFor(owner, node, "Mode")), out var mode) ? mode
            : JoinMode.WaitAny;

        private void CancelAncestors(int target)
        {
            var owner = _burst.Get(_self)!;
            var ancestors = _graph.ForwardAncestors(_edges, target);
            foreach (var child in _burst.Children(_self).Where(child => child.Status == ActivityStatus.Running).ToList())
            {
                if (ancestors.Contains(IndexOf(owner.Node, child.Node)))
                    _burst.Cancel(child);
            }
        }

        private static int IndexOf(Node flowchart, Node child)
        {
            for (var index = 0; index < flowchart.Children.Count; index++)
            {
                if (ReferenceEquals(flowchart.Children[index], child))
                    return index;
            }

            return -1;
        }
    }
}

/// <summary>Elsa's join modes of FlowJoin; every other activity waits for all that are active.</summary>
internal enum JoinMode
{
    WaitAll,
    WaitAllActive,
    WaitAny,
}

/// <summary>A flowchart cannot go on as it is drawn; the message says where and what to change.</summary>
public sealed class FlowchartException(string message) : Exception(message);
