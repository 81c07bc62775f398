using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>Flowcharts drawn by chance: whatever they look like, a run ends, goes along connections only, and is the same every time.</summary>
public sealed class RandomFlowchartTests
{
    private const int Budget = 400;
    private static readonly string[] Types = ["Test.Dice", "Test.Dice", "Test.Dice", "Elsa.FlowJoin", "Elsa.End", "Elsa.WriteLine"];
    private static readonly string[] Ports = ["Done", "A", "B"];
    private static readonly string[] Modes = ["WaitAll", "WaitAllActive", "WaitAny"];

    private sealed record Edge(int Source, int Port, int Target);

    private sealed record Drawing(int Seed, int[] Nodes, int[] Modes, Edge[] Edges)
    {
        public string Json => JsonSerializer.Serialize(new
        {
            definitionId = "d",
            name = "d",
            root = new
            {
                id = "fc",
                type = "Elsa.Flowchart",
                activities = Nodes.Select((type, index) => new
                {
                    id = "n" + index,
                    type = Types[type],
                    mode = new { typeName = "String", expression = new { type = "Literal", value = RandomFlowchartTests.Modes[Modes[index % Modes.Length]] } },
                }),
                connections = Edges.Where(edge => edge.Source < Nodes.Length && edge.Target < Nodes.Length).Select(edge => new
                {
                    source = new { activity = "n" + edge.Source, port = Ports[edge.Port] },
                    target = new { activity = "n" + edge.Target, port = "In" },
                }),
            },
        });

        public override string ToString() => $"seed {Seed}: {Json}";
    }

    private static readonly Arbitrary<Drawing> Drawings = (
        from seed in Gen.Choose(0, 1_000_000)
        from nodes in Gen.Choose(0, Types.Length - 1).ArrayOf(9)
        from count in Gen.Choose(1, 9)
        from modes in Gen.Choose(0, Modes.Length - 1).ArrayOf(3)
        from edgeCount in Gen.Choose(0, 16)
        from edges in (from source in Gen.Choose(0, 8) from port in Gen.Choose(0, Ports.Length - 1) from target in Gen.Choose(0, 8) select new Edge(source, port, target)).ArrayOf(edgeCount)
        select new Drawing(seed, nodes[..count], modes, edges)).ToArbitrary();

    /// <summary>A polling loop whose exit merges with a way from before it, and connections by chance around it; without joins and ends, which leave branches out on purpose.</summary>
    private static readonly Arbitrary<Drawing> Loops = (
        from seed in Gen.Choose(0, 1_000_000)
        from edges in (from source in Gen.Choose(0, 5) from port in Gen.Choose(0, Ports.Length - 1) from target in Gen.Choose(1, 5) select new Edge(source, port, target)).ArrayOf(3)
        select new Drawing(seed, [0, 0, 0, 0, 0, 0], [0],
            [new(0, 0, 1), new(0, 1, 4), new(1, 0, 2), new(1, 1, 4), new(2, 0, 1), new(2, 1, 3), new(4, 0, 5), .. edges])).ToArbitrary();

    private static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void A_run_ends_within_its_budget() => Prop.ForAll(Drawings, drawing =>
    {
        var run = Run(drawing);

        // Only a loop that never waits is cut, and it says so; nothing in these charts waits.
        return run.Instance.Queue.Length == 0 && run.Records.Count <= Budget + 2
            && (run.Instance.Status == WorkflowStatus.Finished || run.Instance.Contexts.Any(context => context.Status != ActivityStatus.Completed))
            && run.Instance.Incidents.All(incident => incident.Exception!.Type.EndsWith("StepBudgetException", StringComparison.Ordinal)
                || incident.Exception.Type.EndsWith("FlowchartException", StringComparison.Ordinal));
    }).Check(Settings);

    [Fact]
    public void No_activity_runs_that_nothing_led_to() => Prop.ForAll(Drawings, drawing =>
    {
        var run = Run(drawing);
        var ledTo = new HashSet<string>();
        var first = true;
        foreach (var entry in run.Journal.Where(entry => entry.Node.Parent?.Type == "Elsa.Flowchart"))
        {
            if (entry.EventName == "Started" && !first && !ledTo.Contains(entry.Node.Id))
                return false;
            first = false;
            if (entry.EventName == "Completed")
                ledTo.UnionWith(TargetsOf(entry, run));
        }

        return true;
    }).Check(Settings);

    [Fact]
    public void A_run_is_the_same_every_time() => Prop.ForAll(Drawings, drawing => Story(Run(drawing)) == Story(Run(drawing))).Check(Settings);

    [Fact]
    public void A_run_is_the_same_when_it_is_stored_and_loaded_after_every_step() => Prop.ForAll(Drawings, drawing =>
        Story(Run(drawing)) == Story(Run(drawing, instance => InstanceState.Read(InstanceState.Write(instance), instance.Program)))).Check(Settings);

    [Fact]
    public void A_merge_that_was_silently_not_run_was_told_before()
    {
        var trapped = 0;
        Prop.ForAll(Loops, drawing =>
        {
            var run = Run(drawing);
            var missed = new HashSet<string>();
            foreach (var entry in run.Journal.Where(entry => entry.Node.Parent?.Type == "Elsa.Flowchart"))
            {
                if (entry.EventName == "Started")
                    missed.Remove(entry.Node.Id);
                else if (entry.EventName == "Completed")
                    missed.UnionWith(TargetsOf(entry, run));
            }

            if (missed.Count == 0 || run.Instance.SubStatus != WorkflowSubStatus.Finished)
                return true;
            trapped++;
            return FixtureFiles.Validate([FixtureFiles.Definition(drawing.Json)], new Dice(0))
                .Any(finding => finding.Problem.Contains("is silently not run", StringComparison.Ordinal) || finding.Problem.Contains("so many ways", StringComparison.Ordinal));
        }).Check(Settings.WithMaxTest(1_500));

        Assert.True(trapped > 3, $"only {trapped} charts had a merge that was not run: the check shows nothing");
    }

    [Fact]
    public void What_the_validator_says_never_depends_on_chance_and_never_fails() => Prop.ForAll(Drawings, drawing =>
    {
        var definition = FixtureFiles.Definition(drawing.Json);
        return FixtureFiles.Validate([definition], new Dice(0)).SequenceEqual(FixtureFiles.Validate([definition], new Dice(0)));
    }).Check(Settings.WithMaxTest(100));

    private static IEnumerable<string> TargetsOf(JournalEntry completed, MemoryHost.Run run)
    {
        var outcomes = run.Records[completed.Number].Outcomes ?? ["Done"];
        return completed.Node.Parent!.Source!.Connections
            .Where(connection => connection.Source == completed.Node.Id && outcomes.Contains(connection.SourcePort!)).Select(connection => connection.Target);
    }

    private static string Story(MemoryHost.Run run) => $"{run.Instance.SubStatus} {string.Join(' ', run.Journal.Select(entry => $"{entry.Node.Id}:{entry.EventName}"))}";

    private static MemoryHost.Run Run(Drawing drawing, Func<WorkflowInstance, WorkflowInstance>? afterStep = null)
    {
        var host = new MemoryHost(new ManualTime(DateTimeOffset.UnixEpoch), FixtureFiles.Languages, [new Dice(drawing.Seed)], Budget) { AfterStep = afterStep };
        host.Publish(FixtureFiles.Definition(drawing.Json));
        return host.StartAsync("d", new StartRequest { InstanceId = "run" }, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Completes with A, B or Done: by chance, but by the same chance for the same execution.</summary>
    [Activity("Test.Dice", Category = "Test", Description = "Throws dice.", Outcomes = ["Done", "A", "B"])]
    private sealed class Dice(int seed) : Activity<Dice.Inputs>
    {
        public sealed record Inputs;

        public override ValueTask<ActivityResult> RunAsync(Inputs inputs, ActivityCall call, CancellationToken cancellationToken)
        {
            var number = int.Parse(call.ActivityInstanceId.AsSpan(call.ActivityInstanceId.LastIndexOfAny([':', '-']) + 1), System.Globalization.CultureInfo.InvariantCulture);
            return new(Completed(Ports[((seed / 7) + (number * 31) + (seed * number)) % Ports.Length], "thrown"));
        }
    }
}
