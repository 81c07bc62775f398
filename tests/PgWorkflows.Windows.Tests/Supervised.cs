using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;

namespace PgWorkflows.Windows.Tests;

/// <summary>A resource under the whole product: shipped definitions, real runner, real history, real commands.</summary>
internal sealed class Supervised : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-windows-tests-").FullName;
    private readonly Installation _installation;
    private readonly string _name;

    public Supervised(Resource resource)
    {
        _installation = new([resource], _folder, TimeProvider.System);
        _name = resource.Name;
    }

    /// <summary>Runs an action and tells what it left.</summary>
    public async Task<Seen> RunAsync(ResourceAction action)
    {
        var outcome = await _installation.Runner.RunAsync(new(_name, action, new("test", "a test")), new Unwatched(), TestContext.Current.CancellationToken);
        var id = Assert.IsType<ActionOutcome.Ended>(outcome).RunId;
        var run = (await _installation.History.FindAsync(id, CancellationToken.None))[0];
        var events = await _installation.History.EventsAsync(id, null, 1000, CancellationToken.None);
        var steps = await _installation.History.StepsAsync(id, CancellationToken.None);
        var state = await _installation.States.GetAsync(_name, CancellationToken.None);
        return new($"{run.Result} {run.ReturnValue} {state}", [.. events.Reverse().Select(e => e.Id)], [.. events.Reverse().Select(e => e.Text)],
            [.. steps.Where(step => step.Sentence is not null).Select(step => $"{step.Label}: {step.Sentence}")]);
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What a run left.</summary>
    /// <param name="End">Result, return value and the state afterwards.</param>
    /// <param name="Events">The numbers of its events.</param>
    /// <param name="Texts">Their texts.</param>
    /// <param name="Steps">Label and sentence of every step.</param>
    internal sealed record Seen(string End, IReadOnlyList<int> Events, IReadOnlyList<string> Texts, IReadOnlyList<string> Steps)
    {
        /// <summary>Fails with the whole story when the run ended otherwise.</summary>
        public Seen Is(string end, params int[] events)
        {
            Assert.True(End == end && Events.SequenceEqual(events), $"expected {end} with {string.Join(' ', events)}, but {this}");
            return this;
        }

        public override string ToString() => $"{End} with {string.Join(' ', Events)}:\n{string.Join('\n', Steps)}";
    }

    private sealed class Unwatched : IRunObserver
    {
        public void Begun(Run run)
        {
        }

        public void Running(Run run, Engine.Instances.PendingActivity activity)
        {
        }

        public void Stored(Run run)
        {
        }
    }
}
