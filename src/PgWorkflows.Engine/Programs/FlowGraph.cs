namespace PgWorkflows.Engine.Programs;

/// <summary>The forward and backward connections of a flowchart as seen from one start activity (elsa-contract 2.5).</summary>
internal sealed class FlowGraph
{
    private readonly bool[] _reached;
    private readonly int[][] _forwardIn;
    private readonly Kind[] _kinds;
    private readonly bool[] _validBackward;

    private enum Kind
    {
        Unreached,
        Forward,
        Backward,
    }

    /// <summary>Classifies breadth-first: an edge is backward when its target already reaches its source through forward edges.</summary>
    public FlowGraph(FlowEdges edges, int start)
    {
        var nodes = edges.Outbound.Length;
        _kinds = new Kind[edges.All.Length];
        _reached = new bool[nodes];
        _validBackward = new bool[edges.All.Length];
        _reached[start] = true;

        var queue = new Queue<int>([start]);
        var visited = new bool[nodes];
        visited[start] = true;
        while (queue.TryDequeue(out var node))
        {
            foreach (var edge in edges.Outbound[node])
            {
                var target = edges.All[edge].Target;
                _kinds[edge] = ReachesForward(edges, target, node) ? Kind.Backward : Kind.Forward;
                _reached[target] |= _kinds[edge] == Kind.Forward;
                if (!visited[target])
                {
                    visited[target] = true;
                    queue.Enqueue(target);
                }
            }
        }

        _forwardIn = [.. Enumerable.Range(0, nodes).Select(node => edges.Inbound[node].Where(edge => _kinds[edge] == Kind.Forward).ToArray())];
        for (var edge = 0; edge < _kinds.Length; edge++)
        {
            if (_kinds[edge] == Kind.Backward)
                _validBackward[edge] = !ReachesWithout(edges, start, edges.All[edge].Source, edges.All[edge].Target);
        }
    }

    /// <summary>No forward path leads from the start to it.</summary>
    public bool IsDangling(int node) => !_reached[node];

    public bool IsBackward(int edge) => _kinds[edge] == Kind.Backward;

    /// <summary>Every forward path from the start to the edge's source passes through its target; otherwise following it is a fault.</summary>
    public bool IsValidBackward(int edge) => _validBackward[edge];

    public int[] ForwardInbound(int node) => _forwardIn[node];

    /// <summary>Everything from which forward edges lead to the node.</summary>
    public HashSet<int> ForwardAncestors(FlowEdges edges, int node)
    {
        var ancestors = new HashSet<int>();
        var queue = new Queue<int>([node]);
        while (queue.TryDequeue(out var current))
        {
            foreach (var edge in _forwardIn[current])
            {
                if (ancestors.Add(edges.All[edge].Source))
                    queue.Enqueue(edges.All[edge].Source);
            }
        }

        ancestors.Remove(node);
        return ancestors;
    }

    private bool ReachesForward(FlowEdges edges, int from, int to) => Reaches(edges, from, to, except: -1);

    private bool ReachesWithout(FlowEdges edges, int from, int to, int except) => from != except && Reaches(edges, from, to, except);

    private bool Reaches(FlowEdges edges, int from, int to, int except)
    {
        if (from == to)
            return true;
        var seen = new HashSet<int> { from };
        var queue = new Queue<int>([from]);
        while (queue.TryDequeue(out var node))
        {
            foreach (var edge in edges.Outbound[node])
            {
                var target = edges.All[edge].Target;
                if (_kinds[edge] != Kind.Forward || target == except)
                    continue;
                if (target == to)
                    return true;
                if (seen.Add(target))
                    queue.Enqueue(target);
            }
        }

        return false;
    }
}

/// <summary>The connections of a flowchart between the indexes of its children.</summary>
internal sealed class FlowEdges
{
    public readonly record struct Edge(int Source, string? Port, int Target);

    public FlowEdges(Edge[] all, int nodes)
    {
        All = all;
        Outbound = [.. Enumerable.Range(0, nodes).Select(_ => Array.Empty<int>())];
        Inbound = [.. Outbound];
        foreach (var group in Enumerable.Range(0, all.Length).GroupBy(edge => all[edge].Source))
            Outbound[group.Key] = [.. group];
        foreach (var group in Enumerable.Range(0, all.Length).GroupBy(edge => all[edge].Target))
            Inbound[group.Key] = [.. group];
    }

    public Edge[] All { get; }

    public int[][] Outbound { get; }

    public int[][] Inbound { get; }
}

/// <summary>A flowchart's connections, and its graph for each start activity, made when first asked for.</summary>
internal sealed class FlowGraphs(FlowEdges edges, IReadOnlyList<Node> children)
{
    private readonly Dictionary<Node, int> _indexes = children.Select((child, index) => (child, index)).ToDictionary(pair => pair.child, pair => pair.index);

    private readonly System.Collections.Concurrent.ConcurrentDictionary<int, FlowGraph> _graphs = new();

    public FlowEdges Edges { get; } = edges;

    public int IndexOf(Node child) => _indexes[child];

    public FlowGraph From(int start) => _graphs.GetOrAdd(start, static (start, edges) => new FlowGraph(edges, start), Edges);
}
