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
public sealed partial class MemoryHost : IChildRuns, IPublishedWorkflows
{
    private readonly Dictionary<string, WorkflowDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Program> _programs = new(StringComparer.Ordinal);
    private readonly List<Run> _runs = [];
    private readonly ActivityLibrary _library;
    private readonly TimeProvider _time;

    /// <summary>A host over these activities.</summary>
    public MemoryHost(TimeProvider time, ExpressionLanguages? languages = null, IEnumerable<IActivity>? activities = null, int stepBudget = ActivityLibrary.DefaultStepBudget)
    {
        _time = time;
        _library = new ActivityLibrary([new ExecuteWorkflow(this), new DispatchWorkflow(this), new BulkDispatchWorkflows(this), .. activities ?? []], languages) { StepBudget = stepBudget };
    }

    /// <summary>One run with everything it has written.</summary>
    public sealed class Run
    {
        internal Run(WorkflowInstance instance)
        {
            Instance = instance;
            Returned = (instance.Status, instance.SubStatus);
        }

        /// <summary>Its state.</summary>
        public WorkflowInstance Instance { get; internal set; }

        /// <summary>Where the last call left it, before work in the background went on.</summary>
        public (WorkflowStatus Status, WorkflowSubStatus SubStatus) Returned { get; internal set; }

        /// <summary>Its journal.</summary>
        public List<JournalEntry> Journal { get; } = [];

        /// <summary>Its activity executions by number.</summary>
        public SortedDictionary<int, ActivityContext> Records { get; } = [];
    }

    /// <summary>The activity types that it knows.</summary>
    public ActivityLibrary Library => _library;

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

    /// <summary>Starts a run and goes on until it and what it set off rest; its activation strategy is not asked.</summary>
    /// <exception cref="WorkflowNotFoundException">There is no such definition.</exception>
    public async Task<Run> StartAsync(string definitionId, StartRequest request, CancellationToken cancellationToken)
    {
        var run = await BeginAsync(definitionId, request, cancellationToken);
        run.Returned = (run.Instance.Status, run.Instance.SubStatus);
        await SettleAsync(cancellationToken);
        return run;
    }

    /// <summary>As <see cref="StartAsync"/>; null when the definition's activation strategy refuses another run.</summary>
    /// <exception cref="WorkflowNotFoundException">There is no such definition.</exception>
    public async Task<Run?> TryStartAsync(string definitionId, StartRequest request, CancellationToken cancellationToken)
    {
        var running = _runs.Where(run => run.Instance.Status == WorkflowStatus.Running)
            .Select(run => (run.Instance.Program.Definition.DefinitionId, run.Instance.CorrelationId));
        return Activation.Allows(ProgramOf(definitionId).Definition, request.CorrelationId, running) ? await StartAsync(definitionId, request, cancellationToken) : null;
    }

    /// <summary>Resumes a wait; false when nobody waits there.</summary>
    public async Task<bool> ResumeAsync(Run run, string bookmarkId, object? input, CancellationToken cancellationToken)
    {
        var resumed = await ResumeOneAsync(run, bookmarkId, input, cancellationToken);
        run.Returned = (run.Instance.Status, run.Instance.SubStatus);
        await SettleAsync(cancellationToken);
        return resumed;
    }

    /// <summary>Ends a run and the children it waits for.</summary>
    public Task CancelAsync(Run run, CancellationToken cancellationToken) => CancelAsync(run, withChildren: true, cancellationToken);

    /// <summary>Ends a run, and on request the children it waits for.</summary>
    public async Task CancelAsync(Run run, bool withChildren, CancellationToken cancellationToken)
    {
        await CancelOneAsync(run, withChildren, cancellationToken);
        await SettleAsync(cancellationToken);
    }

    /// <inheritdoc/>
    async Task<ChildRun> IChildRuns.RunAsync(ChildRequest request, CancellationToken cancellationToken)
    {
        var run = await BeginAsync(request.DefinitionId, new()
        {
            InstanceId = NewId(),
            Input = new Dictionary<string, object?>(request.Input) { ["ParentInstanceId"] = request.ParentInstanceId },
            CorrelationId = request.CorrelationId,
            ParentInstanceId = request.ParentInstanceId,
        }, cancellationToken);
        return ChildOf(run);
    }

    /// <inheritdoc/>
    ValueTask<bool> IPublishedWorkflows.IsPublishedAsync(string definitionId, CancellationToken cancellationToken) => new(_definitions.ContainsKey(definitionId));

    private async Task<Run> BeginAsync(string definitionId, StartRequest request, CancellationToken cancellationToken)
    {
        var run = new Run(WorkflowInstance.Start(ProgramOf(definitionId), request, _time.GetUtcNow()));
        _runs.Add(run);
        await ContinueAsync(run, cancellationToken);
        return run;
    }

    private async Task<bool> ResumeOneAsync(Run run, string bookmarkId, object? input, CancellationToken cancellationToken)
    {
        if (run.Instance.Resume(bookmarkId, input, _time.GetUtcNow()) is not { } resumed)
            return false;
        run.Instance = resumed;
        await ContinueAsync(run, cancellationToken);
        return true;
    }

    private async Task CancelOneAsync(Run run, bool withChildren, CancellationToken cancellationToken)
    {
        var awaited = run.Instance.Bookmarks.SelectMany(ChildrenOf).ToHashSet(StringComparer.Ordinal);
        run.Instance = run.Instance.Cancel(_time.GetUtcNow());
        Take(run);
        foreach (var child in _runs.Where(other => withChildren && other.Instance.Status == WorkflowStatus.Running
            && (other.Instance.ParentInstanceId == run.Instance.Id || awaited.Contains(other.Instance.Id))).ToList())
        {
            await CancelOneAsync(child, withChildren, cancellationToken);
        }

        await TellParentAsync(run, cancellationToken);
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
        foreach (var emission in unsaved.Emissions)
        {
            if (emission is LineWritten line)
                Lines.Add(line.Text);
            else
                _background.Enqueue(emission);
        }

        return run.Instance = run.Instance.Saved();
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

    /// <summary>A new id in Elsa's form: 16 hexadecimal digits.</summary>
    public static string NewId() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
}
