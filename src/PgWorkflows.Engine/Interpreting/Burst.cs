using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting;

/// <summary>
/// The working copy of an instance for one transition: it takes one result in, goes on through everything that needs no outside
/// (containers, decisions, variables), and stops before the next leaf activity or when nothing is left to do (elsa-contract 2.2).
/// </summary>
internal sealed partial class Burst
{
    private readonly WorkflowInstance _before;
    private readonly List<ActivityContext> _contexts;
    private readonly List<WorkItem> _queue;
    private List<Bookmark>? _bookmarks;
    private List<Incident>? _incidents;
    private Dictionary<string, object?>? _output;
    private Trail<JournalEntry>? _journal;
    private Trail<ActivityContext>? _records;
    private Trail<Emission>? _emissions;
    private IReadOnlyDictionary<string, IReadOnlyDictionary<string, object?>> _register;
    private object? _lastResult;
    private WorkflowStatus _status;
    private WorkflowSubStatus _subStatus;
    private IReadOnlyList<string>? _outcomes;
    private string? _correlationId;
    private string? _name;
    private DateTimeOffset? _finishedAt;
    private object? _triggerInput;
    private int _current;
    private int _lastNumber;
    private int _steps;
    private bool _isOver;
    private long _sequence;

    public Burst(WorkflowInstance instance, DateTimeOffset now)
    {
        _before = instance;
        Now = now;
        _contexts = [.. instance.Contexts];
        _queue = [.. instance.Queue];
        (_journal, _records, _emissions) = (instance.JournalTrail, instance.RecordTrail, instance.EmissionTrail);
        (_register, _lastResult) = (instance.Register, instance.LastResult);
        (_status, _subStatus, _outcomes) = (instance.Status, instance.SubStatus, instance.Outcomes);
        (_correlationId, _name, _finishedAt) = (instance.CorrelationId, instance.Name, instance.FinishedAt);
        (TriggerActivityId, _triggerInput) = (instance.TriggerActivityId, instance.TriggerInput);
        (_current, _lastNumber, _steps, _sequence) = (instance.CurrentNumber, instance.LastNumber, instance.StepsSinceRest, instance.JournalLength);
    }

    public DateTimeOffset Now { get; }

    public Program Program => _before.Program;

    public string InstanceId => _before.Id;

    /// <summary>The trigger that started the run: the flowchart that holds it begins there.</summary>
    public string? TriggerActivityId { get; private set; }

    /// <summary>The bookmark that is being resumed.</summary>
    public Bookmark? Resuming { get; private set; }

    /// <summary>Counters of flowcharts that are being changed right now; empty between two steps.</summary>
    public Dictionary<int, BehaviorState.Flow> OpenCounters { get; } = [];

    public WorkflowInstance Start()
    {
        _queue.Add(new WorkItem(Program.Root, Owner: 0, ScheduledBy: 0));
        return Advance();
    }

    public WorkflowInstance Apply(ActivityResult result)
    {
        var context = Get(_current) ?? throw new InvalidOperationException($"Instance {_before.Id} has no current activity to apply a result to.");
        _current = 0;
        foreach (var emission in result.Emissions)
            _emissions = new(emission, _emissions);

        Guarded(context.Number, () =>
        {
            switch (result)
            {
                case ActivityResult.Completed completed:
                    context.Node.Behavior.Returned(this, context, completed);
                    break;
                case ActivityResult.Suspended suspended:
                    Update(context with { Sentence = suspended.Sentence });
                    Wait(context, suspended.Bookmark);
                    break;
                case ActivityResult.Faulted faulted:
                    Fault(context, faulted.Exception);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"Unexpected {result.GetType().Name}");
            }
        });
        return Advance();
    }

    public WorkflowInstance Resume(Bookmark bookmark, object? input)
    {
        Bookmarks.Remove(bookmark);
        if (Get(bookmark.Number) is { } context)
            _queue.Add(new WorkItem(context.Node, context.Parent, context.ScheduledBy) { Existing = context.Number, Input = new Resumption(bookmark, input) });
        if (_status == WorkflowStatus.Running)
            _subStatus = WorkflowSubStatus.Executing;
        return Advance();
    }

    public WorkflowInstance CancelWorkflow(string? reason)
    {
        _queue.Clear();
        Bookmarks.Clear();
        _current = 0;
        Note(_contexts[0], "Workflow cancelled", reason);
        End(WorkflowSubStatus.Cancelled);
        return Seal();
    }

    public WorkflowInstance Fail(Exception exception)
    {
        _queue.Clear();
        Bookmarks.Clear();
        var context = Get(_current) ?? _contexts[0];
        _current = 0;
        Fault(context, exception);
        End(WorkflowSubStatus.Faulted);
        return Seal();
    }

    private sealed record Resumption(Bookmark Bookmark, object? Input);

    /// <summary>Works through the queue until a leaf activity has to be run or nothing is left.</summary>
    private WorkflowInstance Advance()
    {
        while (_current == 0 && _queue.Count > 0)
        {
            var item = _queue[0];
            _queue.RemoveAt(0);

            if (++_steps > Program.StepBudget)
            {
                _queue.Clear();
                Fault(Get(item.Owner) ?? _contexts[0], new StepBudgetException(item.Node.Label, Program.StepBudget));
                End(WorkflowSubStatus.Faulted);
                break;
            }

            if (item.Existing != 0)
                Continue(item);
            else if (item.Owner == 0 || Get(item.Owner) is { Status: ActivityStatus.Running })
                Begin(item);
        }

        if (_current == 0)
            Rest();
        return Seal();
    }

    private void Begin(WorkItem item)
    {
        var context = new ActivityContext
        {
            Number = ++_lastNumber,
            Node = item.Node,
            Parent = item.Owner,
            ScheduledBy = item.ScheduledBy,
            StartedAt = Now,
            EnteredBackward = item.Backward,
            Scope = item.Scope ?? NewScope(item.Node.Variables),
        };
        _contexts.Add(context);
        Note(context, "Started");
        Guarded(context.Number, () =>
        {
            var inputs = EvaluateInputs(context);
            var ready = ReferenceEquals(inputs, ActivityContext.Empty) ? context : Update(context with { Inputs = inputs });
            ready.Node.Behavior.Execute(this, ready);
        });
    }

    private void Continue(WorkItem item)
    {
        if (Get(item.Existing) is not { Status: ActivityStatus.Running } context)
            return;
        var (bookmark, input) = (Resumption)item.Input!;
        Resuming = bookmark;
        Note(context, "Resumed");
        Guarded(context.Number, () =>
        {
            if (bookmark.AutoComplete)
                context.Node.Behavior.Resumed(this, context, input);
            else
                HandOver(Update(context with { Inputs = new Dictionary<string, object?>(context.Inputs) { ["Resumed"] = input } }));
        });
    }

    /// <summary>The end of a burst: everything ended, or the run waits (elsa-contract 2.2).</summary>
    private void Rest()
    {
        (_steps, _register, _lastResult) = (0, WorkflowInstance.NoRegister, null);
        ForgetMemoryVariables();
        if (_status != WorkflowStatus.Running)
            return;

        if (_contexts.TrueForAll(context => context.Status is ActivityStatus.Completed or ActivityStatus.Canceled))
            End(WorkflowSubStatus.Finished);
        else
            _subStatus = WorkflowSubStatus.Suspended;
    }

    private void End(WorkflowSubStatus subStatus)
    {
        if (_status == WorkflowStatus.Finished)
            return;
        (_status, _subStatus, _finishedAt) = (WorkflowStatus.Finished, subStatus, Now);
    }

    private WorkflowInstance Seal() => _before with
    {
        Status = _status,
        SubStatus = _subStatus,
        Outcomes = _outcomes,
        CorrelationId = _correlationId,
        Name = _name,
        Contexts = [.. _contexts],
        Queue = _queue.Count == 0 ? [] : [.. _queue],
        Bookmarks = _bookmarks is null ? _before.Bookmarks : [.. _bookmarks],
        Incidents = _incidents is null ? _before.Incidents : [.. _incidents],
        Output = _output ?? _before.Output,
        Register = _register,
        LastResult = _lastResult,
        JournalTrail = _journal,
        RecordTrail = _records,
        EmissionTrail = _emissions,
        TriggerActivityId = TriggerActivityId,
        TriggerInput = _triggerInput,
        CurrentNumber = _current,
        LastNumber = _lastNumber,
        StepsSinceRest = _steps,
        JournalLength = _sequence,
        UpdatedAt = Now,
        FinishedAt = _finishedAt,
    };

    private List<Bookmark> Bookmarks => _bookmarks ??= [.. _before.Bookmarks];

    private void Guarded(int number, Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // The interpreter: whatever an activity throws becomes part of the instance.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (Get(number) is { } context)
                Fault(context, e);
            else
                Fault(_contexts[0], e);
        }
    }

    private void Note(ActivityContext context, string eventName, string? message = null) =>
        _journal = new(new JournalEntry(_sequence++, context.Number, context.Parent, context.Node, Now, eventName, message), _journal);
}

/// <summary>A run did not wait for so long that it is taken for an endless loop.</summary>
public sealed class StepBudgetException(string activity, int steps)
    : Exception($"The run took {steps:N0} steps without waiting, last at '{activity}'. Put a Delay or a counter into the loop.");
