using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Interpreting;

/// <summary>Elsa's join modes of FlowJoin; every other activity waits for all that are active.</summary>
internal enum JoinMode
{
    WaitAll,
    WaitAllActive,
    WaitAny,
}

/// <summary>What the rules of a flowchart act on: a run, or the validator's imagination of one.</summary>
internal interface IFlow
{
    JoinMode ModeOf(int node);

    bool IsQueued(int node);

    bool IsRunning { get; }

    void Schedule(int node, bool backward);

    /// <summary>Cancels what runs among these activities.</summary>
    void Cancel(HashSet<int> nodes);

    /// <summary>A connection leads back to an activity that not every way to its source passes.</summary>
    void RefuseBackward(int edge);
}

/// <summary>Elsa's counters (elsa-contract 2.5): what follows from the completion of one activity. Changes the counters that it is given.</summary>
internal readonly struct FlowRules(FlowEdges edges, FlowGraph graph, BehaviorState.Flow counters, IFlow flow)
{
    public void Process(int node, IReadOnlyList<string> outcomes, bool viaBackward)
    {
        if (!viaBackward)
            counters.Visits[node]++;
        foreach (var edge in edges.Outbound[node])
        {
            var (_, port, target) = edges.All[edge];
            var followed = port is not null && outcomes.Contains(port);
            counters.EdgeVisits[edge]++;
            counters.LastFollowed[edge] = followed;
            if (!graph.IsBackward(edge))
                Decide(edge, target);
            else if (followed && !graph.IsValidBackward(edge))
                flow.RefuseBackward(edge);
            else if (followed)
                flow.Schedule(target, backward: true);
        }
    }

    private void Decide(int edge, int target)
    {
        if (!flow.IsRunning)
            return;
        var state = counters;
        var inbound = graph.ForwardInbound(target);
        var visits = state.Visits[target];
        var most = inbound.Max(other => state.EdgeVisits[other]);
        var allVisited = inbound.Min(other => state.EdgeVisits[other]) > visits;
        var anyFollowed = most > visits && Array.Exists(inbound, other => state.EdgeVisits[other] == most && state.LastFollowed[other]);
        var allFollowed = most > visits && Array.TrueForAll(inbound, other => state.EdgeVisits[other] == most && state.LastFollowed[other]);

        switch (flow.ModeOf(target))
        {
            case JoinMode.WaitAll when allVisited:
                ScheduleOrSkip(target, allFollowed);
                break;
            case JoinMode.WaitAllActive when allVisited:
                ScheduleOrSkip(target, anyFollowed);
                break;
            case JoinMode.WaitAny when state.EdgeVisits[edge] > visits && !flow.IsQueued(target):
                if (anyFollowed)
                {
                    flow.Schedule(target, backward: false);
                    flow.Cancel(graph.ForwardAncestors(edges, target));
                }
                else if (allVisited)
                {
                    Process(target, [], viaBackward: false);
                }

                break;
        }
    }

    /// <summary>A branch that cannot come any more is passed on ("dead path").</summary>
    private void ScheduleOrSkip(int target, bool schedule)
    {
        if (schedule)
            flow.Schedule(target, backward: false);
        else
            Process(target, [], viaBackward: false);
    }
}
