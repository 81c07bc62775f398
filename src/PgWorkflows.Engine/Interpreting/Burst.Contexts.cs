using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting;

// What behaviors may do to the instance: schedule, complete, wait, cancel, fault.
internal sealed partial class Burst
{
    public ActivityContext? Get(int number)
    {
        for (var i = _contexts.Count - 1; i >= 0; i--)
        {
            if (_contexts[i].Number == number)
                return _contexts[i];
        }

        return null;
    }

    public ActivityContext Update(ActivityContext changed)
    {
        var index = _contexts.FindLastIndex(context => context.Number == changed.Number);
        _contexts[index] = changed;
        return changed;
    }

    /// <summary>The running or faulted executions that this one owns.</summary>
    public IEnumerable<ActivityContext> Children(int number) => _contexts.Where(context => context.Parent == number);

    public void Schedule(ActivityContext owner, Node node, ActivityContext? scheduledBy = null, bool backward = false, VariableScope? scope = null) =>
        _queue.Add(new WorkItem(node, owner.Number, (scheduledBy ?? owner).Number, backward, scope));

    public bool IsQueued(int owner, Node node) => _queue.Exists(item => item.Owner == owner && item.Node == node);

    /// <summary>Work in the queue that belongs to this execution or to one below it.</summary>
    public bool HasQueuedWork(int number) => _queue.Exists(item => item.Existing == number || IsOrIsBelow(item.Owner, number));

    public void Unqueue(int owner) => _queue.RemoveAll(item => item.Owner == owner);

    /// <summary>The host runs it; the burst stops here.</summary>
    public void HandOver(ActivityContext context) => _current = context.Number;

    /// <summary>Whether this activity is the trigger that started the run, reached for the first time; with what came with it.</summary>
    public bool IsTrigger(ActivityContext context, out object? input)
    {
        input = _triggerInput;
        if (TriggerActivityId is null || TriggerActivityId != context.Node.Id)
            return false;

        // In a loop the second round waits like everybody else.
        (TriggerActivityId, _triggerInput) = (null, null);
        return true;
    }

    public void Emit(Emission emission) => _emissions = new(emission, _emissions);

    /// <summary>Completes an execution: unfinished children are cancelled, the owner learns of it (elsa-contract 2.8).</summary>
    public void Complete(
        ActivityContext context, IReadOnlyList<string>? outcomes = null, IReadOnlyDictionary<string, object?>? outputs = null, string? sentence = null)
    {
        if (Get(context.Number) is not { Status: ActivityStatus.Running } running)
            return;

        context = running;
        if (!_isOver)
            CancelChildren(context.Number);
        if (outputs is { Count: > 0 })
            context = Bind(context, outputs);

        context = Update(context with
        {
            Status = ActivityStatus.Completed,
            CompletedAt = Now,
            Outcomes = outcomes is { Count: > 0 } ? outcomes : context.Outcomes,
            Sentence = sentence ?? context.Sentence,
        });
        Note(context, "Completed", sentence);
        RemoveBookmarks(context.Number);
        if (context.Parent == 0)
        {
            _outcomes ??= context.Outcomes;
            return; // The wrapper's context stays: it holds the workflow's variables.
        }

        // The owner sees its child for the last time; the record lives on in the trail.
        _contexts.RemoveAll(other => other.Number == context.Number);
        _records = new(context, _records);
        if (_isOver || Get(context.Parent) is not { Status: ActivityStatus.Running } owner)
            return;
        if (_ending.Remove(owner.Number))
            Complete(owner, owner.Outcomes);
        else
            owner.Node.Behavior.ChildCompleted(this, owner, context, context.Outcomes ?? DefaultOutcomes);
    }

    public static readonly IReadOnlyList<string> DefaultOutcomes = ["Done"];

    public void Wait(ActivityContext context, BookmarkRequest request)
    {
        Bookmarks.Add(new Bookmark
        {
            Id = $"{_before.Id}-{context.Number}-{_sequence}",
            Name = request.Name,
            Payload = ValueConverter.Normalize(request.Payload),
            Number = context.Number,
            ActivityId = context.Node.Id,
            NodeId = context.Node.NodeId,
            DueAt = request.DueAt,
            AutoComplete = request.AutoComplete,
            CreatedAt = Now,
        });
        Note(context, "Suspended", context.Sentence);
    }

    public bool IsWaiting(int number) => (_bookmarks ?? _before.Bookmarks).Any(bookmark => bookmark.Number == number);

    public void CancelChildren(int number)
    {
        foreach (var child in Children(number).Where(child => child.Status is ActivityStatus.Running or ActivityStatus.Faulted).ToList())
            Cancel(child, tellOwner: false);
        Unqueue(number);
    }

    /// <summary>Ends an execution from outside (elsa-contract 2.10).</summary>
    public void Cancel(ActivityContext context, bool tellOwner = true)
    {
        CancelChildren(context.Number);
        var canceled = context with { Status = ActivityStatus.Canceled, CompletedAt = Now };
        Note(canceled, "Canceled");
        RemoveBookmarks(context.Number);
        _contexts.RemoveAll(other => other.Number == context.Number);
        _queue.RemoveAll(item => item.Existing == context.Number);
        _records = new(canceled, _records);
        if (tellOwner && Get(context.Parent) is { Status: ActivityStatus.Running } owner)
            owner.Node.Behavior.ChildCanceled(this, owner, canceled);
    }

    /// <summary>An unexpected failure: an incident, and what the definition's incident strategy says (elsa-contract 2.9).</summary>
    public void Fault(ActivityContext context, Exception exception)
    {
        context = Get(context.Number) ?? context;
        var state = ExceptionState.From(exception);
        Update(context with { Status = ActivityStatus.Faulted, Exception = state, FaultCount = context.FaultCount + 1 });
        for (var owner = Get(context.Parent); owner is not null; owner = Get(owner.Parent))
            Update(owner with { FaultCount = owner.FaultCount + 1 });

        Note(context, "Faulted", exception.Message);
        (_incidents ??= [.. _before.Incidents]).Add(
            new Incident(context.Node.Id, context.Node.NodeId, context.Node.Type, exception.Message, state, Now));
        if (!Program.ContinuesWithIncidents)
            End(WorkflowSubStatus.Faulted);
    }

    /// <summary>A Break: everything up to the nearest loop ends as soon as the child that leads there has; without a loop it ends only itself.</summary>
    public void Break(ActivityContext from)
    {
        var between = new List<int>();
        for (var owner = Get(from.Parent); owner is not null; owner = Get(owner.Parent))
        {
            between.Add(owner.Number);
            if (!owner.Node.Behavior.IsLoop)
                continue;
            _ending.UnionWith(between);
            break;
        }

        Complete(from);
    }

    /// <summary>Containers that complete with their next child; empty between two steps, so it is no part of the state.</summary>
    private readonly HashSet<int> _ending = [];

    /// <summary>Elsa's Complete: the nearest composite completes with the outcomes.</summary>
    public void CompleteComposite(ActivityContext from, IReadOnlyList<string> outcomes)
    {
        var between = new List<int>();
        var composite = Get(from.Parent);
        for (; composite is not null && !composite.Node.Behavior.IsComposite && composite.Parent != 0; composite = Get(composite.Parent))
            between.Add(composite.Number);
        if (composite is null)
            return;
        if (composite.Parent == 0)
            _outcomes = outcomes;

        if (Get(from.Parent)?.Node.Behavior is Behaviors.Flowchart)
        {
            // As in Elsa: in a flowchart the sender is a terminal node and everything up to the composite completes …
            if (composite.Parent != 0)
                Update(composite with { Outcomes = outcomes });
            _ending.UnionWith(between);
            Complete(from);
        }
        else
        {
            // … elsewhere everything below the composite is cancelled, the sender included.
            CancelChildren(composite.Number);
            Complete(composite, outcomes);
        }
    }

    /// <summary>Elsa's Finish: the workflow ends now.</summary>
    public void Finish()
    {
        _queue.Clear();
        Bookmarks.Clear();
        _isOver = true;
        End(WorkflowSubStatus.Finished);
    }

    public void SetCorrelationId(string? value) => _correlationId = value;

    public void SetName(string? value) => _name = value;

    private void RemoveBookmarks(int number)
    {
        if ((_bookmarks?.Count ?? _before.Bookmarks.Count) > 0)
            Bookmarks.RemoveAll(bookmark => bookmark.Number == number);
    }

    private bool IsOrIsBelow(int number, int ancestor)
    {
        while (number != 0)
        {
            if (number == ancestor)
                return true;
            number = Get(number)?.Parent ?? 0;
        }

        return false;
    }
}
