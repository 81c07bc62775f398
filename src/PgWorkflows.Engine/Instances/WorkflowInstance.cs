using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Instances;

/// <summary>
/// One run of a program: a value. Every method returns a new instance and touches nothing else, so a run can be stopped after any step,
/// stored, loaded and continued.
/// <code>
/// while (instance.Current is { } activity)
///     instance = instance.Apply(await activity.Run(…), now);
/// </code>
/// </summary>
public sealed record WorkflowInstance
{
    internal WorkflowInstance()
    {
    }

    /// <summary>Unique over all runs.</summary>
    public required string Id { get; init; }

    /// <summary>What it runs.</summary>
    public required Program Program { get; init; }

    /// <summary>Running or Finished.</summary>
    public WorkflowStatus Status { get; init; }

    /// <summary>What that means exactly.</summary>
    public WorkflowSubStatus SubStatus { get; init; }

    /// <summary>What belongs together, by the workflow's own word.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>A name that the workflow or the starter gave.</summary>
    public string? Name { get; init; }

    /// <summary>The run that started this one.</summary>
    public string? ParentInstanceId { get; init; }

    /// <summary>The trigger that started the run, until its activity has been reached; null for none.</summary>
    public string? TriggerActivityId { get; init; }

    /// <summary>What came with the trigger, until its activity has been reached.</summary>
    public object? TriggerInput { get; init; }

    /// <summary>The workflow's inputs.</summary>
    public IReadOnlyDictionary<string, object?> Input { get; init; } = ActivityContext.Empty;

    /// <summary>The workflow's outputs so far.</summary>
    public IReadOnlyDictionary<string, object?> Output { get; init; } = ActivityContext.Empty;

    /// <summary>The outcomes the workflow completed with.</summary>
    public IReadOnlyList<string>? Outcomes { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last moved.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What it waits for.</summary>
    public IReadOnlyList<Bookmark> Bookmarks { get; init; } = [];

    /// <summary>Unexpected failures so far.</summary>
    public IReadOnlyList<Incident> Incidents { get; init; } = [];

    /// <summary>Executions that are going on, the workflow wrapper first; those that ended have left.</summary>
    public IReadOnlyList<ActivityContext> Contexts { get; internal init; } = [];

    internal WorkItem[] Queue { get; init; } = [];

    internal int CurrentNumber { get; init; }

    internal int LastNumber { get; init; }

    internal int StepsSinceRest { get; init; }

    /// <summary>Outputs of this burst by activity id, for scripts; kept only when the program has scripts.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyDictionary<string, object?>> Register { get; init; } = NoRegister;

    internal object? LastResult { get; init; }

    /// <summary>How many journal entries the run has written in its life.</summary>
    public long JournalLength { get; init; }

    internal Trail<JournalEntry>? JournalTrail { get; init; }

    internal Trail<ActivityContext>? RecordTrail { get; init; }

    internal Trail<Emission>? EmissionTrail { get; init; }

    internal static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, object?>> NoRegister =
        new Dictionary<string, IReadOnlyDictionary<string, object?>>(0);

    /// <summary>The leaf activity that has to be run next; null when the run rests (waits or has ended).</summary>
    public PendingActivity? Current => CurrentNumber == 0 ? null : PendingActivity.Of(this, this[CurrentNumber]!);

    /// <summary>Waits or has ended: the right moment to store it.</summary>
    public bool Rests => CurrentNumber == 0;

    /// <summary>Begins a run and goes on to its first leaf activity.</summary>
    public static WorkflowInstance Start(Program program, StartRequest request, DateTimeOffset now)
    {
        var instance = new WorkflowInstance
        {
            Id = request.InstanceId,
            Program = program,
            SubStatus = WorkflowSubStatus.Executing,
            CorrelationId = request.CorrelationId,
            Name = request.Name,
            ParentInstanceId = request.ParentInstanceId,
            Input = request.Input.ToDictionary(pair => pair.Key, pair => ValueConverter.Normalize(pair.Value)),
            TriggerActivityId = request.TriggerActivityId,
            TriggerInput = ValueConverter.Normalize(request.TriggerInput),
            CreatedAt = now,
            UpdatedAt = now,
        };
        return new Burst(instance, now).Start();
    }

    /// <summary>Takes in what the current activity returned and goes on to the next one.</summary>
    public WorkflowInstance Apply(ActivityResult result, DateTimeOffset now) => new Burst(this, now).Apply(result);

    /// <summary>Goes on after a wait; null when nobody waits on that bookmark any more. An ended run waits for nothing, even if bookmarks have survived a fault.</summary>
    public WorkflowInstance? Resume(string bookmarkId, object? input, DateTimeOffset now) =>
        Status == WorkflowStatus.Running && Bookmarks.FirstOrDefault(bookmark => bookmark.Id == bookmarkId) is { } found ? new Burst(this, now).Resume(found, ValueConverter.Normalize(input)) : null;

    /// <summary>Ends the run from outside; an ended run stays as it is (elsa-contract 2.10).</summary>
    public WorkflowInstance Cancel(DateTimeOffset now, string? reason = null) =>
        Status == WorkflowStatus.Finished ? this : new Burst(this, now).CancelWorkflow(reason);

    /// <summary>Ends the run by an incident that did not come from an activity.</summary>
    public WorkflowInstance Fail(Exception exception, DateTimeOffset now) =>
        Status == WorkflowStatus.Finished ? this : new Burst(this, now).Fail(exception);

    /// <summary>The values of the workflow-level variables by name.</summary>
    public IReadOnlyDictionary<string, object?> Variables =>
        Contexts is [{ Scope: { } scope }, ..]
            ? Enumerable.Range(0, scope.Definitions.Count).ToDictionary(i => scope.Definitions[i].Name, i => scope[i])
            : ActivityContext.Empty;

    /// <summary>The id of one of its activity executions (Elsa's activity instance id).</summary>
    public string ActivityInstanceId(int number) => $"{Id}-{number}";

    /// <summary>The execution with that number, if it is still going on.</summary>
    internal ActivityContext? this[int number]
    {
        get
        {
            foreach (var context in Contexts)
            {
                if (context.Number == number)
                    return context;
            }

            return null;
        }
    }

    /// <summary>What has to be stored with this state; <see cref="Saved"/> forgets it.</summary>
    public Unsaved Unsaved()
    {
        var records = new Dictionary<int, ActivityContext>();
        foreach (var record in RecordTrail.ToArray())
            records[record.Number] = record;
        foreach (var context in Contexts)
            records[context.Number] = context;
        return new(
            JournalTrail.ToArray(),
            [.. records.Values.OrderBy(record => record.Number).Select(record => record.Node.LogPersistence.Apply(record))],
            EmissionTrail.ToArray());
    }

    /// <summary>How many entries and facts wait to be stored.</summary>
    public int UnsavedCount => (JournalTrail?.Count ?? 0) + (EmissionTrail?.Count ?? 0);

    /// <summary>The same state without what has been stored.</summary>
    public WorkflowInstance Saved() => this with { JournalTrail = null, RecordTrail = null, EmissionTrail = null };
}

/// <summary>What a step has left to be stored together with the state.</summary>
public sealed record Unsaved(IReadOnlyList<JournalEntry> Journal, IReadOnlyList<ActivityContext> Records, IReadOnlyList<Emission> Emissions);
