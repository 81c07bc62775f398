using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;

namespace PgWorkflows.Bench;

/// <summary>A flowchart of 8 activities in a row, and the ways to run it.</summary>
internal sealed class Chain
{
    private readonly ActivityLibrary _library = new([]);

    [ThreadStatic]
    private static MemoryHost? _host;

    public Chain()
    {
        var activities = Enumerable.Range(1, 8).Select(number => new
        {
            id = $"a{number}",
            type = "Elsa.SetVariable",
            version = 1,
            variable = new { id = "v", name = "V", typeName = "Int32" },
            value = new { typeName = "Object", expression = new { type = "Literal", value = number } },
        });
        var connections = Enumerable.Range(1, 7).Select(number => new
        {
            source = new { activity = $"a{number}", port = "Done" },
            target = new { activity = $"a{number + 1}", port = "In" },
        });
        var json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = "chain-1",
            definitionId = "chain",
            name = "chain",
            version = 1,
            variables = new[] { new { id = "v", name = "V", typeName = "Int32", isArray = false, value = "0", storageDriverTypeName = "WorkflowInstanceStorageDriver" } },
            root = new { id = "fc", type = "Elsa.Flowchart", version = 1, activities, connections },
        });
        Definition = DefinitionReader.Read(json).Definition!;
        Program = Engine.Programs.Program.Of(Definition, _library);
    }

    public WorkflowDefinition Definition { get; }

    public Engine.Programs.Program Program { get; }

    /// <summary>The engine alone, all records kept in memory until the end.</summary>
    public WorkflowInstance RunBare() => WorkflowInstance.Start(Program, new StartRequest { InstanceId = RunIds.New() }, TimeProvider.System.GetUtcNow());

    /// <summary>In the memory host, which keeps journal and records; a fresh one now and then, so that the measure is not the garbage collector's.</summary>
    public async Task RunInMemoryAsync()
    {
        if (_host is null || _host.Runs.Count >= 500)
        {
            _host = new MemoryHost(TimeProvider.System);
            _host.Publish(Definition);
        }

        await _host.StartAsync("chain", new StartRequest { InstanceId = RunIds.New() }, CancellationToken.None);
    }

    /// <summary>With the state, journal and records written into SQLite, in one transaction: as the product stores a workflow that neither waits nor acts.</summary>
    public async Task RunStoredAsync(RunStore runs, StoredDefinition stored)
    {
        var instance = RunBare();
        var begun = await runs.BeginAsync(new NewRun(new Run { Instance = instance, Revision = 0 }, null, false, false,
            new RunOrigin("bench", "bench"), stored.VersionId, stored.Hash, new Dictionary<string, string>()), CancellationToken.None);
        if (begun is not BeginResult.Begun { Run.Instance.Status: WorkflowStatus.Finished })
            throw new InvalidOperationException("The chain did not finish.");
    }

    public async Task<(RunStore Runs, StoredDefinition Stored)> OpenAsync(string folder)
    {
        var database = Database.Open(folder);
        var definitions = new DefinitionStore(database, TimeProvider.System);
        await definitions.ImportAsync([Definition], CancellationToken.None);
        return (new RunStore(database, TimeProvider.System), (await definitions.ChooseAsync("chain", new(VersionKind.Published), CancellationToken.None))!.ToStored());
    }
}
