using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Runtime;
using Xunit;

namespace PgWorkflows.Elsa.Tests;

/// <summary>PgWorkflows' own home over the history that an Elsa server uses too, and over the same world.</summary>
internal sealed class OwnHome
{
    private readonly ActionRunner _runner;
    private readonly History _history;

    public OwnHome(ElsaHome elsa)
    {
        var database = Database.Open(elsa.Data);
        var activities = PostgresActivities.Create(
            elsa.World, elsa.States, new ServiceControls([elsa.World]), new ProbeClients([elsa.World]), elsa.World, node: "node1");
        _history = new History(database);
        _runner = new(elsa.World, new RunStore(database, elsa.Clock), new Programs(new DefinitionStore(database, elsa.Clock)), new ActivityLibrary(activities), elsa.Clock);
    }

    public Task<ActionOutcome> RunAsync(ResourceAction action) =>
        _runner.RunAsync(new("main", action, new RunOrigin("test", "a test")), new Unwatched(), TestContext.Current.CancellationToken);

    public async Task<string?> ResultAsync(ActionOutcome outcome)
    {
        var ended = Assert.IsType<ActionOutcome.Ended>(outcome);
        return (await _history.FindAsync(ended.RunId, TestContext.Current.CancellationToken))[0].Result;
    }

    private sealed class Unwatched : IRunObserver
    {
        public void Begun(Run run)
        {
        }

        public void Running(Run run, PendingActivity activity)
        {
        }

        public void Stored(Run run)
        {
        }
    }
}
