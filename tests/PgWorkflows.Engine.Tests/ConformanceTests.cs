using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Conformance;
using PgWorkflows.Engine.Instances;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>What a real Elsa 3.5.3 did with small workflows (tests/fixtures/elsa-conformance), step by step.</summary>
public sealed class ConformanceTests
{
    /// <summary>Where we differ from Elsa 3.5.3 on purpose; docs/elsa-compatibility.md gives the reasons at length.</summary>
    private static readonly Dictionary<string, string> Deliberate = new()
    {
        ["cancel-parent-of-child"] = "cancelling is told in the journal, and the child that is waited for is cancelled too",
        ["cancel-suspended"] = "cancelling is told in the journal",
        ["dispatch-workflow-child-cancelled"] = "a parent does not wait for ever for a child that was cancelled",
        ["execute-workflow-child-suspends"] = "the outputs of a child that finishes later are not lost",
        ["execute-workflow-inline"] = "inputs are recorded as they were evaluated",
        ["flow-end-activity"] = "the flowchart completes once",
        ["flow-fork-join-any-cancels"] = "joins learn of a cancelled branch before completion is checked",
        ["flow-join-default-mode"] = "joins learn of a cancelled branch before completion is checked",
        ["flow-start-explicit"] = "the flowchart's start property counts, also as an id",
        ["for-without-body"] = "a loop without a body ends",
        ["foreach-items-changed-suspended"] = "a loop keeps the list that it began with",
        ["foreach-with-suspension"] = "the record of a loop keeps its last value after a wait",
        ["fork-wait-any"] = "a cancelled branch does nothing more",
        ["input-expression"] = "the expression type Input works, as in Elsa 3.8",
        ["js-variable-access"] = "an assignment to variables.X is seen at once, also by getVariable",
        ["loop-with-suspension"] = "the record of a loop keeps its last value after a wait",
        ["setvar-javascript"] = "a variable that was set to null stays null",
        ["setvar-unknown-id"] = "setting a variable that does not exist is an incident, as in Elsa 3.8",
        ["switch-match-any"] = "Switch completes after the last of its cases",
        ["writeline-literal-types"] = "inputs are recorded with the type that they have",
    };

    public static TheoryData<string> Names => [.. FixtureFiles.Names];

    [Theory, MemberData(nameof(Names))]
    public Task Runs_like_Elsa_or_differs_on_purpose(string name) => RunAsync(name, afterStep: null);

    [Theory, MemberData(nameof(Names))]
    public Task Runs_the_same_when_stored_and_loaded_after_every_step(string name) =>
        RunAsync(name, instance => InstanceState.Read(InstanceState.Write(instance), instance.Program));

    private static async Task RunAsync(string name, Func<WorkflowInstance, WorkflowInstance>? afterStep)
    {
        var token = TestContext.Current.CancellationToken;
        var result = await new ConformanceRunner(FixtureFiles.Languages) { AfterStep = afterStep }.RunAsync(FixtureFiles.Read(name), token);

        Assert.SkipWhen(result.Verdict == ConformanceVerdict.Skipped, result.Difference ?? "");
        if (Deliberate.ContainsKey(name))
            Assert.True(result.Verdict == ConformanceVerdict.Differs, $"{name} no longer differs: take it from the list and from docs/elsa-compatibility.md.");
        else
            Assert.True(result.Verdict == ConformanceVerdict.Passed, result.Difference);
    }

    [Fact]
    public void Every_deliberate_difference_is_a_case_and_is_explained()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "elsa-compatibility.md"));

        Assert.All(Deliberate.Keys, name => Assert.Contains(name, FixtureFiles.Names));
        Assert.All(Deliberate.Keys, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
        Assert.All(FixtureFiles.Library().Descriptors, descriptor => Assert.Contains($"`{descriptor.Type}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_observed_is_a_case_in_the_same_format()
    {
        var token = TestContext.Current.CancellationToken;
        var runner = new ConformanceRunner(FixtureFiles.Languages);
        var first = await runner.RunAsync(FixtureFiles.Read("dispatch-workflow-wait"), token);
        var again = JsonNode.Parse(first.Observed.ToJsonString().Replace("\"observed\"", "\"expected\"", StringComparison.Ordinal))!;

        var second = await runner.RunAsync(ConformanceCase.Read(JsonSerializer.SerializeToUtf8Bytes(again)), token);
        again["steps"]![0]!["expected"]!["activityRecords"]![2]!["outputs"]![0]!["Result"]!["Sum"] = 10;
        var spoiled = await runner.RunAsync(ConformanceCase.Read(JsonSerializer.SerializeToUtf8Bytes(again)), token);

        Assert.Equal(ConformanceVerdict.Passed, second.Verdict);
        Assert.Equal("step 1 (run): activityRecords[2].outputs[0].Result.Sum: expected 10, observed 9", spoiled.Difference);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{ \"name\": \"x\", \"steps\": [] }")]
    public void A_file_that_is_no_case_says_what_is_missing(string json) => Assert.Throws<FormatException>(() => ConformanceCase.Read(Encoding.UTF8.GetBytes(json)));
}
