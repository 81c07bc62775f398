using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using Xunit;

namespace PgWorkflows.Engine.Tests;

public sealed class ActivationTests
{
    /// <summary>A strategy, the running run's definition and correlation id, and whether d may be started with the correlation id k.</summary>
    public static TheoryData<string?, string, string?, bool> Rows => new()
    {
        { null, "d", "k", true },
        { "Elsa.Workflows.Runtime.ActivationValidators.AllowAlwaysStrategy, Elsa.Workflows.Runtime", "d", "k", true },
        { "Elsa.Workflows.Runtime.ActivationValidators.SingletonStrategy, Elsa.Workflows.Runtime", "d", "other", false },
        { "SingletonStrategy", "e", "k", true },
        { "CorrelationStrategy", "e", "k", false },
        { "CorrelationStrategy", "d", "other", true },
        { "CorrelatedSingletonStrategy", "d", "k", false },
        { "CorrelatedSingletonStrategy", "e", "k", true },
        { "CorrelatedSingletonStrategy", "d", null, true },
    };

    [Theory, MemberData(nameof(Rows))]
    public void A_strategy_refuses_starts_while_others_run(string? strategy, string definitionId, string? correlationId, bool allowed)
    {
        var definition = FixtureFiles.Definition($$"""
            { "definitionId": "d", "name": "d", "options": { "activationStrategyType": {{(strategy is null ? "null" : $"\"{strategy}\"")}} }, "root": { "id": "w", "type": "Elsa.WriteLine" } }
            """);

        Assert.Equal(allowed, Activation.Allows(definition, "k", [(definitionId, correlationId)]));
    }

    [Fact]
    public async Task A_run_that_has_ended_takes_no_resume_even_if_a_bookmark_survived_the_fault()
    {
        var host = new MemoryHost(TimeProvider.System, FixtureFiles.Languages);
        host.Publish(FixtureFiles.DefinitionsOf("fault-after-suspension")[0]);

        var run = await host.StartAsync("fault-after-suspension", new StartRequest { InstanceId = "1" }, TestContext.Current.CancellationToken);

        Assert.Null(run.Instance.Resume(Assert.Single(run.Instance.Bookmarks).Id, null, DateTimeOffset.UnixEpoch));
    }
}
