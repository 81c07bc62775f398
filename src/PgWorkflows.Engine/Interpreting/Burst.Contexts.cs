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
        context = Get(context.Number) ?? context;
        if (context.Status != ActivityStatus.Running)
            return;

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
            _outcomes = context.Outcomes;
            return; // The wrapper's context stays: it holds the workflow's variables.
        }

        // The owner sees its child for the last time; the record lives on in the trail.
        _contexts.RemoveAll(other => other.Number == context.Number);
        _records = new(context, _records);
        if (Get(context.Parent) is { Status: ActivityStatus.Running } owner)
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

    /// <summary>A Break: the nearest loop ends; what lies between is cancelled with it.</summary>
    public void Break(ActivityContext from)
    {
        for (var owner = Get(from.Parent); owner is not null; owner = Get(owner.Parent))
        {
            if (owner.Node.Behavior.Breaks(this, owner))
                return;
        }
    }

    /// <summary>Elsa's Complete: the nearest composite completes with the outcomes.</summary>
    public void CompleteComposite(ActivityContext from, IReadOnlyList<string> outcomes)
    {
        for (var owner = Get(from.Parent); owner is not null; owner = Get(owner.Parent))
        {
            if (!owner.Node.Behavior.IsComposite && owner.Parent != 0)
                continue;

            // The sender goes first, so that the containers between complete in their own order; the composite then knows its outcomes.
            Update(owner with { Outcomes = outcomes });
            Complete(from);
            Complete(owner, outcomes);
            return;
        }
    }

    /// <summary>Elsa's Finish: the workflow ends now.</summary>
    public void Finish()
    {
        _queue.Clear();
        Bookmarks.Clear();
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
