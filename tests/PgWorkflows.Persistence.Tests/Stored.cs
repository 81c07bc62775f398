using System.Text;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Testing;

namespace PgWorkflows.Persistence.Tests;

/// <summary>A real history file with one definition: a step with an effect, then one without.</summary>
internal sealed class Stored : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-persistence-tests-").FullName;

    private Stored()
    {
        Database = Database.Open(_folder);
        Runs = new RunStore(Database, Time);
        History = new History(Database);
        var json = """
            { "definitionId": "w", "name": "w", "root": { "id": "s", "type": "Elsa.Sequence", "activities": [
              { "id": "a", "type": "Test.Push", "metadata": { "displayText": "(1) push" } }, { "id": "b", "type": "Elsa.WriteLine" } ] } }
            """;
        Program = Program.Of(DefinitionReader.Read(Encoding.UTF8.GetBytes(json)).Definition!, new ActivityLibrary([new Push()]));
    }

    public FakeTime Time { get; } = new();

    public string Folder => _folder;

    public Database Database { get; }

    public RunStore Runs { get; }

    public History History { get; }

    public Program Program { get; }

    public StoredDefinition Definition { get; private set; } = null!;

    public static async Task<Stored> CreateAsync()
    {
        var stored = new Stored();
        var definitions = new DefinitionStore(stored.Database, stored.Time);
        await definitions.ImportAsync([stored.Program.Definition], CancellationToken.None);
        stored.Definition = (await definitions.FindAsync((await definitions.PublishedIdsAsync(CancellationToken.None))["w"], CancellationToken.None))!;
        return stored;
    }

    public Task<BeginResult> BeginAsync(string id, string action, bool changes = true) => Runs.BeginAsync(new NewRun(
        new Run { Instance = WorkflowInstance.Start(Program, new StartRequest { InstanceId = id }, Time.GetUtcNow()), Revision = 0, Resource = "main" },
        action, changes, !changes, new RunOrigin("test", "a test"), Definition.VersionId, Definition.Hash, new Dictionary<string, string>()), CancellationToken.None);

    public async Task<Run> BegunAsync(string id, string action, bool changes = true) => ((BeginResult.Begun)await BeginAsync(id, action, changes)).Run;

    public static Run Apply(Run run) => run with { Instance = run.Instance.Apply(new ActivityResult.Completed("Done"), run.Instance.UpdatedAt) };

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Activity("Test.Push", Category = "Test", Description = "Changes something outside.", HasEffect = true)]
    private sealed class Push : Activity<Push.Inputs>
    {
        public sealed record Inputs;

        public override ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken) => new(Completed("Done", "pushed"));
    }
}
