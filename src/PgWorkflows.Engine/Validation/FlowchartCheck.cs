using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Validation;

/// <summary>How a flowchart is drawn: connections to nowhere, ports that are not there, what cannot be reached, ways back that are not valid.</summary>
internal static class FlowchartCheck
{
    public static void Look(Node flowchart, Findings findings)
    {
        Connections(flowchart, findings);
        var graphs = flowchart.Graphs!;
        var starts = StartsOf(flowchart);
        for (var index = 0; index < flowchart.Children.Count; index++)
        {
            var child = flowchart.Children[index];
            if (starts.All(start => graphs.From(start).IsDangling(index)))
                findings.Warning(Findings.Place(child), "can never be reached from the start", "Connect it, or remove it");
            if (child.Descriptor is { Category: "PostgreSQL" } && !child.IsTerminal)
                Unconnected(graphs.Edges, index, child, findings);
        }

        foreach (var graph in starts.Select(graphs.From))
        {
            for (var edge = 0; edge < graphs.Edges.All.Length; edge++)
            {
                var (source, port, target) = graphs.Edges.All[edge];
                if (graph.IsBackward(edge) && !graph.IsValidBackward(edge))
                    findings.Error(Findings.Place(flowchart.Children[source]), $"leads back by {port} to {Findings.Place(flowchart.Children[target])}, but can be reached without passing it; the run would fault",
                        "Lead the loop back to an activity that every way into it passes");
            }
        }
    }

    /// <summary>The activities that a run can begin with: the usual start, and each trigger.</summary>
    public static List<int> StartsOf(Node flowchart)
    {
        var starts = Enumerable.Range(0, flowchart.Children.Count).Where(index => flowchart.Children[index].Source?.CanStartWorkflow is true).ToList();
        if (Flowchart.StartOf(flowchart, null) is >= 0 and var usual && !starts.Contains(usual))
            starts.Insert(0, usual);
        return starts;
    }

    /// <summary>The ports of an activity in a flowchart; null when they are computed and so not known before a run.</summary>
    public static IReadOnlyList<string>? PortsOf(Node node)
    {
        if (node.Descriptor is not { } descriptor)
            return null;
        if (descriptor.IsTerminal)
            return [];
        if (node.Type == "Elsa.HttpEndpoint")
            return ["Done", "Request too large", "File too large", "Invalid file extension", "Invalid file MIME type"];
        if (node.Behavior is WorkflowAsActivity)
            return [.. descriptor.Outcomes.Append("Done").Distinct()]; // Done, when no Complete was reached inside.
        if (descriptor.OutcomesFrom is not { } from)
            return descriptor.Outcomes;
        if (node.Cases.Length > 0)
            return [.. node.Cases.Select(@case => @case.Label), .. descriptor.Outcomes];

        var input = Array.Find(node.Inputs, candidate => candidate.Name == from);
        var list = input?.Expression switch
        {
            null => input?.Default,
            ObjectLiteral literal => literal.Evaluate(NoExpressionContext.Instance),
            Constant constant => constant.Evaluate(NoExpressionContext.Instance),
            _ => JsonSerializer.SerializeToElement(0),
        };
        return list is null ? descriptor.Outcomes
            : ForEach.ListOf(list) is { } names ? [.. names.EnumerateArray().Select(name => name.ToString()), .. descriptor.Outcomes.Append("Done").Distinct()]
            : null;
    }

    private static void Connections(Node flowchart, Findings findings)
    {
        foreach (var connection in flowchart.Source!.Connections)
        {
            var (source, target) = (flowchart.ChildById(connection.Source), flowchart.ChildById(connection.Target));
            if (source is null)
                findings.Error(Findings.Place(flowchart), $"has a connection from '{connection.Source}', which is not in it",
                    "Remove the connection, or draw it anew");
            if (target is null)
                findings.Error(Findings.Place(flowchart), $"has a connection to '{connection.Target}', which is not in it",
                    "Remove the connection, or draw it anew");
            if (source is not null && target is not null && PortsOf(source) is { } ports && !ports.Contains(connection.SourcePort))
                findings.Error(Findings.Place(source), $"has a connection from its port '{connection.SourcePort}', which it does not have; nothing would ever follow it",
                    ports.Count == 0 ? "Remove the connection: nothing can follow this activity" : $"Its ports are {string.Join(", ", ports)}");
        }
    }

    private static void Unconnected(FlowEdges edges, int index, Node child, Findings findings)
    {
        var connected = edges.Outbound[index].Select(edge => edges.All[edge].Port).ToHashSet();
        var ports = child.Behavior is WorkflowAsActivity ? child.Descriptor!.Outcomes : PortsOf(child) ?? [];
        foreach (var port in ports.Where(port => !connected.Contains(port)))
            findings.Error(Findings.Place(child), $"has nothing connected to its outcome {port}; the run would end there without saying so",
                $"Connect {port}, to an Elsa.End if the run ends there on purpose");
    }
}
