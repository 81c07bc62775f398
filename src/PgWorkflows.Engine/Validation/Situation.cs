using System.Globalization;
using System.Text;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Validation;

/// <summary>A moment in an imagined run of a flowchart: its counters, what runs, who was led to without being run, and the way there.</summary>
internal sealed class Situation
{
    private const int MaxDistance = 4;

    private readonly Situation? _before;
    private readonly (int Node, IReadOnlyList<string> Outcomes) _step;

    private Situation(BehaviorState.Flow counters, List<(int, bool)> running, HashSet<int> waiting, Situation? before, (int, IReadOnlyList<string>) step)
    {
        (Counters, Running, Waiting, _before, _step) = (counters, running, waiting, before, step);
    }

    public BehaviorState.Flow Counters { get; }

    /// <summary>What runs, and whether it was entered by a connection that leads back; the first one completes next.</summary>
    public List<(int Node, bool Backward)> Running { get; }

    /// <summary>Activities that a connection was followed to and that have not been run for it.</summary>
    public HashSet<int> Waiting { get; }

    public static Situation First(int start, int nodes, int edges) =>
        new(new(start, new int[nodes], new int[edges], new bool[edges]), [(start, false)], [], null, (start, []));

    /// <summary>A copy in which the first running activity is about to complete.</summary>
    public Situation After(IReadOnlyList<string> outcomes) => new(
        new(Counters.Start, [.. Counters.Visits], [.. Counters.EdgeVisits], [.. Counters.LastFollowed]),
        [.. Running.Skip(1)], [.. Waiting], this, (Running[0].Node, outcomes));

    /// <summary>The steps from the start to here.</summary>
    public IEnumerable<(int Node, IReadOnlyList<string> Outcomes)> Way()
    {
        var steps = new Stack<(int, IReadOnlyList<string>)>();
        for (var situation = this; situation._before is not null; situation = situation._before)
            steps.Push(situation._step);
        return steps;
    }

    /// <summary>
    /// The same for situations from which the same follows: for a merge only the distance between its visits and those of its connections counts,
    /// and whether a connection was followed only as long as the merge has not been run since. Large distances count as the same.
    /// </summary>
    public string Key(FlowEdges edges, FlowGraph graph)
    {
        var key = new StringBuilder();
        for (var edge = 0; edge < edges.All.Length; edge++)
        {
            if (graph.IsBackward(edge))
                continue;
            var distance = Math.Clamp(Counters.EdgeVisits[edge] - Counters.Visits[edges.All[edge].Target], -MaxDistance, MaxDistance);
            if (distance != 0)
                key.Append(CultureInfo.InvariantCulture, $"{edge}:{distance}{(distance > 0 && Counters.LastFollowed[edge] ? "+" : "")} ");
        }

        key.Append('|').AppendJoin(',', Running.Select(running => running.Backward ? -running.Node - 1 : running.Node));
        return key.Append('|').AppendJoin(',', Waiting.Order()).ToString();
    }
}

/// <summary>One step of an imagined run.</summary>
internal sealed class Move : IFlow
{
    private readonly Situation _situation;
    private readonly FlowEdges _edges;
    private readonly FlowGraph _graph;
    private readonly JoinMode[] _modes;
    private readonly FlowRules _rules;

    public Move(Situation situation, FlowEdges edges, FlowGraph graph, JoinMode[] modes)
    {
        (_situation, _edges, _graph, _modes) = (situation, edges, graph, modes);
        _rules = new(edges, graph, situation.Counters, this);
    }

    /// <summary>The run would fault here, which is told elsewhere.</summary>
    public bool Faults { get; private set; }

    public bool IsRunning => !Faults;

    public void Complete(int node, IReadOnlyList<string> outcomes, bool backward)
    {
        if (_graph.IsDangling(node))
        {
            Faults = true;
            return;
        }

        // Where connections lead to is waited for until it is scheduled; a WaitAny join that was faster than this branch has had its turn.
        foreach (var edge in _edges.Outbound[node])
        {
            var (_, port, target) = _edges.All[edge];
            var isLate = _modes[target] == JoinMode.WaitAny && _situation.Counters.EdgeVisits[edge] + 1 <= _situation.Counters.Visits[target];
            if (port is not null && outcomes.Contains(port) && !_graph.IsBackward(edge) && !IsQueued(target) && !isLate)
                _situation.Waiting.Add(target);
        }

        _rules.Process(node, outcomes, backward);
    }

    public JoinMode ModeOf(int node) => _modes[node];

    public bool IsQueued(int node) => _situation.Running.Exists(running => running.Node == node);

    public void Schedule(int node, bool backward)
    {
        _situation.Running.Add((node, backward));
        _situation.Waiting.Remove(node);
    }

    public void Cancel(HashSet<int> nodes)
    {
        foreach (var (node, backward) in _situation.Running.Where(running => nodes.Contains(running.Node)).ToList())
        {
            _situation.Running.Remove((node, backward));
            _rules.Process(node, [], backward);
        }

        // What a join makes superfluous is not missed any more.
        _situation.Waiting.ExceptWith(nodes);
    }

    public void RefuseBackward(int edge) => Faults = true;
}
