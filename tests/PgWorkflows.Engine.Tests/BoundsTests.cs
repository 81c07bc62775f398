using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using Xunit;

namespace PgWorkflows.Engine.Tests;

public sealed class BoundsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_activities_run_one_after_the_other()
    {
        var activities = string.Join(' ', Enumerable.Range(0, 1_000).Select(index => $"a('n{index}','Elsa.WriteLine')"));
        var connections = string.Join(' ', Enumerable.Range(0, 999).Select(index => $"c('n{index}','Done','n{index + 1}')").Prepend("c('w','Done','n0')"));
        var host = HostWith(Flowcharts.Draw(activities, connections));

        var run = await host.StartAsync("d", new StartRequest { InstanceId = "1" }, Token);

        Assert.Equal(WorkflowSubStatus.Finished, run.Instance.SubStatus);
        Assert.Equal(1_001, host.Lines.Count);
    }

    [Fact]
    public async Task Ten_thousand_rounds_of_a_loop_leave_nothing_behind()
    {
        var largest = 0;
        var host = HostWith("""
            { "definitionId": "d", "name": "d", "root": { "id": "for", "type": "Elsa.For",
              "start": { "typeName": "Int32", "expression": { "type": "Literal", "value": 1 } }, "end": { "typeName": "Int32", "expression": { "type": "Literal", "value": 10000 } },
              "body": { "id": "sq", "type": "Elsa.Sequence", "activities": [{ "id": "n", "type": "Test.Nothing" }, { "id": "m", "type": "Test.Nothing" }] } } }
            """, instance =>
            {
                largest = Math.Max(largest, instance.Contexts.Count + instance.Queue.Length + instance.Bookmarks.Count + instance.UnsavedCount);
                return instance;
            });

        var run = await host.StartAsync("d", new StartRequest { InstanceId = "1" }, Token);

        Assert.Equal(WorkflowSubStatus.Finished, run.Instance.SubStatus);
        Assert.Equal(20_000, run.Records.Values.Count(record => record.Node.Type == "Test.Nothing"));
        Assert.True(largest < 20, $"the instance grew to {largest} parts");
        Assert.Single(run.Instance.Contexts);
    }

    [Fact]
    public async Task A_run_that_never_waits_is_cut_by_the_step_budget_with_an_incident()
    {
        var host = HostWith(Flowcharts.Draw("a('x','Elsa.WriteLine')", "c('w','Done','x') c('x','Done','w')"), budget: 500);

        var run = await host.StartAsync("d", new StartRequest { InstanceId = "1" }, Token);

        Assert.Equal(WorkflowSubStatus.Faulted, run.Instance.SubStatus);
        Assert.Contains("500 steps without waiting", Assert.Single(run.Instance.Incidents).Message, StringComparison.Ordinal);
        Assert.InRange(host.Lines.Count, 490, 500);
    }

    private static MemoryHost HostWith(string json, Func<WorkflowInstance, WorkflowInstance>? afterStep = null, int budget = 100_000)
    {
        var host = new MemoryHost(new ManualTime(DateTimeOffset.UnixEpoch), FixtureFiles.Languages, [new Nothing()], budget) { AfterStep = afterStep };
        host.Publish(FixtureFiles.Definition(json));
        return host;
    }

    [Activity("Test.Nothing", Category = "Test", Description = "Does nothing.")]
    private sealed class Nothing : Activity<Nothing.Inputs>
    {
        public sealed record Inputs;

        public override ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken) => new(Completed("Done", "nothing done"));
    }
}
