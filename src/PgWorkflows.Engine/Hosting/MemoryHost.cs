using System.Text.Json;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Interpreting.Behaviors;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Hosting;

/// <summary>Runs definitions in memory, children and events included: for trying a workflow out, for tests and for measuring.</summary>
public sealed class MemoryHost : IChildRuns
{
    private readonly Dictionary<string, WorkflowDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Program> _programs = new(StringComparer.Ordinal);
    private readonly List<Run> _runs = [];
    private readonly ActivityLibrary _library;
    private readonly TimeProvider _time;

    /// <summary>A host over these activities.</summary>
    public MemoryHost(TimeProvider time, ExpressionLanguages? languages = null, IEnumerable<IActivity>? activities = null)
    {
        _time = time;
        _library = new ActivityLibrary([new ExecuteWorkflow(this), .. activities ?? []], languages);
    }

    /// <summary>One run with everything it has written.</summary>
    public sealed class Run
    {
        internal Run(WorkflowInstance instance) => Instance = instance;

        /// <summary>Its state.</summary>
        public WorkflowInstance Instance { get; internal set; }

        /// <summary>Its journal.</summary>
        public List<JournalEntry> Journal { get; } = [];

        /// <summary>Its activity executions by number.</summary>
        public SortedDictionary<int, ActivityContext> Records { get; } = [];
    }

    /// <summary>The runs in the order of their start.</summary>
    public IReadOnlyList<Run> Runs => _runs;

    /// <summary>Lines that WriteLine activities wrote.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Called after every step; may replace the instance, for example by its stored and loaded self.</summary>
    public Func<WorkflowInstance, WorkflowInstance>? AfterStep { get; init; }

    /// <summary>Makes a definition available; a later one of the same id replaces it.</summary>
    public void Publish(WorkflowDefinition definition)
    {
        _definitions[definition.DefinitionId] = definition;
        _programs.Clear();
    }

    /// <summary>Starts a run and goes on until it rests.</summary>
    /// <exception cref="WorkflowNotFoundException">There is no such definition.</exception>
    public async Task<Run> StartAsync(string definitionId, StartRequest request, CancellationToken cancellationToken)
    {
        var run = new Run(WorkflowInstance.Start(ProgramOf(definitionId), request, _time.GetUtcNow()));
        _runs.Add(run);
        await ContinueAsync(run, cancellationToken);
        return run;
    }

    /// <summary>Resumes a wait; false when nobody waits there.</summary>
    public async Task<bool> ResumeAsync(Run run, string bookmarkId, object? input, CancellationToken cancellationToken)
    {
        if (run.Instance.Resume(bookmarkId, input, _time.GetUtcNow()) is not { } resumed)
            return false;
        run.Instance = resumed;
        await ContinueAsync(run, cancellationToken);
        return true;
    }

    /// <summary>Publishes an event: runs that wait for it go on, workflows that begin with it start.</summary>
    public async Task PublishEventAsync(string name, object? payload, string? correlationId, CancellationToken cancellationToken)
    {
        foreach (var definition in _definitions.Values.ToList())
        {
            var trigger = definition.Root?.SelfAndDescendants().FirstOrDefault(activity =>
                activity is { Type: "Elsa.Event", CanStartWorkflow: true } && EventNameOf(activity.Json) == name);
            if (trigger is not null)
            {
                var started = await StartAsync(definition.DefinitionId,
                    new() { InstanceId = NewId(), TriggerActivityId = trigger.Id, CorrelationId = correlationId }, cancellationToken);
                _ = started;
            }
        }

        foreach (var run in _runs.ToList())
        {
            if (correlationId is not null && run.Instance.CorrelationId != correlationId)
                continue;
            foreach (var bookmark in run.Instance.Bookmarks.Where(bookmark => bookmark.Name == "Elsa.Event" && PayloadOf(bookmark, "EventName") == name).ToList())
                await ResumeAsync(run, bookmark.Id, payload, cancellationToken);
        }
    }

    /// <summary>Ends a run and the children it waits for.</summary>
    public async Task CancelAsync(Run run, CancellationToken cancellationToken)
    {
        run.Instance = run.Instance.Cancel(_time.GetUtcNow());
        Take(run);
        foreach (var child in _runs.Where(other => other.Instance.ParentInstanceId == run.Instance.Id && other.Instance.Status == WorkflowStatus.Running).ToList())
            await CancelAsync(child, cancellationToken);
        await TellParentAsync(run, cancellationToken);
    }

    /// <inheritdoc/>
    async Task<ChildRun> IChildRuns.RunAsync(ChildRequest request, CancellationToken cancellationToken)
    {
        var run = await StartAsync(request.DefinitionId, new()
        {
            InstanceId = NewId(),
            Input = new Dictionary<string, object?>(request.Input) { ["ParentInstanceId"] = request.ParentInstanceId },
            CorrelationId = request.CorrelationId,
            ParentInstanceId = request.ParentInstanceId,
        }, cancellationToken);
        return ChildOf(run);
    }

    private async Task ContinueAsync(Run run, CancellationToken cancellationToken)
    {
        while (run.Instance.Current is { } activity)
        {
            run.Instance = AfterStep?.Invoke(Take(run)) ?? Take(run);
            var result = await activity.RunAsync(cancellationToken);
            run.Instance = run.Instance.Apply(result, _time.GetUtcNow());
        }

        run.Instance = AfterStep?.Invoke(Take(run)) ?? Take(run);
        await TellParentAsync(run, cancellationToken);
    }

    private WorkflowInstance Take(Run run)
    {
        var unsaved = run.Instance.Unsaved();
        run.Journal.AddRange(unsaved.Journal);
        foreach (var record in unsaved.Records)
            run.Records[record.Number] = record;
        Lines.AddRange(unsaved.Emissions.OfType<LineWritten>().Select(line => line.Text));
        return run.Instance = run.Instance.Saved();
    }

    private async Task TellParentAsync(Run run, CancellationToken cancellationToken)
    {
        if (run.Instance.Status != WorkflowStatus.Finished || run.Instance.ParentInstanceId is not { } parentId)
            return;
        var parent = _runs.Find(other => other.Instance.Id == parentId);
        var bookmark = parent?.Instance.Bookmarks.FirstOrDefault(bookmark =>
            bookmark.Name == ExecuteWorkflow.Bookmark && PayloadOf(bookmark, "ChildInstanceId") == run.Instance.Id);
        if (bookmark is not null)
            await ResumeAsync(parent!, bookmark.Id, ExecuteWorkflow.ResultOf(ChildOf(run)), cancellationToken);
    }

    private Program ProgramOf(string definitionId)
    {
        if (_programs.TryGetValue(definitionId, out var program))
            return program;
        var definition = _definitions.GetValueOrDefault(definitionId) ?? throw new WorkflowNotFoundException(definitionId);
        return _programs[definitionId] = Program.Of(definition, _library, reference =>
            _definitions.Values.FirstOrDefault(candidate => candidate.Id == reference.VersionId)
            ?? (reference.DefinitionId is { } id ? _definitions.GetValueOrDefault(id) : null));
    }

    private static ChildRun ChildOf(Run run) =>
        new(run.Instance.Id, run.Instance.CorrelationId, run.Instance.Status, run.Instance.SubStatus, run.Instance.Output);

    private static string? PayloadOf(Bookmark bookmark, string member) =>
        bookmark.Payload is JsonElement payload && payload.Member(member) is { } value ? value.ToString() : null;

    private static string? EventNameOf(JsonElement activity) =>
        activity.Member("eventName") is { } input ? (input.Member("expression")?.Member("value") ?? input).ToString() : null;

    /// <summary>A new id in Elsa's form: 16 hexadecimal digits.</summary>
    public static string NewId() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
}
