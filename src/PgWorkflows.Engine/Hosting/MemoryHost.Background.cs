using System.Text.Json;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Interpreting.Behaviors;

namespace PgWorkflows.Engine.Hosting;

// What wakes runs: events, tasks, due times, children; and what runs set off.
public sealed partial class MemoryHost
{
    /// <summary>An event that nobody waits for yet is kept this long, as in Elsa.</summary>
    private static readonly TimeSpan KeepsEvents = TimeSpan.FromMinutes(1);

    private readonly Queue<Emission> _background = new();
    private readonly List<(EventPublished Event, DateTimeOffset At)> _untaken = [];

    /// <summary>Publishes an event: workflows that begin with it start, runs that wait for it go on.</summary>
    public async Task PublishEventAsync(string name, object? payload, string? correlationId, CancellationToken cancellationToken)
    {
        await DeliverAsync(new EventPublished(name, correlationId, payload, null), cancellationToken);
        await SettleAsync(cancellationToken);
    }

    /// <summary>Reports a task of a RunTask activity as done; false when nobody waits for it.</summary>
    public async Task<bool> ReportTaskAsync(string taskId, object? result, CancellationToken cancellationToken)
    {
        foreach (var run in _runs.ToList())
        {
            if (run.Instance.Bookmarks.FirstOrDefault(bookmark => bookmark.Name == RunTask.Bookmark && PayloadOf(bookmark, "TaskId") == taskId) is { } bookmark)
                return await ResumeAsync(run, bookmark.Id, result, cancellationToken);
        }

        return false;
    }

    /// <summary>When the next wait is due; null when no run waits for a time.</summary>
    public DateTimeOffset? NextDue => Waits().Min(wait => wait.Bookmark.DueAt);

    /// <summary>Resumes what is due by the clock, earliest first; with how many waits that were.</summary>
    public async Task<int> ResumeDueAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        while (Waits().Where(wait => wait.Bookmark.DueAt <= _time.GetUtcNow()).OrderBy(wait => wait.Bookmark.DueAt).FirstOrDefault() is (var run, { } bookmark))
        {
            await ResumeAsync(run, bookmark.Id, null, cancellationToken);
            count++;
        }

        return count;
    }

    private IEnumerable<(Run Run, Bookmark Bookmark)> Waits() => _runs.Where(run => run.Instance.Status == WorkflowStatus.Running)
        .SelectMany(run => run.Instance.Bookmarks.Where(bookmark => bookmark.DueAt is not null).Select(bookmark => (run, bookmark)));

    /// <summary>Works off what runs have set off, until nothing is left.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        do
        {
            while (_background.TryDequeue(out var emission))
            {
                if (emission is EventPublished published)
                    await DeliverAsync(published, cancellationToken);
                else if (emission is WorkflowDispatched dispatched)
                    await StartDispatchedAsync(dispatched, cancellationToken);
            }
        }
        while (await DeliverUntakenAsync(cancellationToken));
    }

    private async Task StartDispatchedAsync(WorkflowDispatched dispatched, CancellationToken cancellationToken) =>
        await BeginAsync(dispatched.DefinitionId, new()
        {
            InstanceId = dispatched.ChildInstanceId,
            Input = new Dictionary<string, object?>(dispatched.Input) { ["ParentInstanceId"] = dispatched.ParentInstanceId },
            CorrelationId = dispatched.CorrelationId,
        }, cancellationToken);

    private async Task DeliverAsync(EventPublished published, CancellationToken cancellationToken)
    {
        var waiting = TakersOf(published).ToList();
        var triggers = published.OnlyInstanceId is not null ? [] : _definitions.Values
            .Select(definition => (definition.DefinitionId, Trigger: TriggerOf(definition, published.Name)))
            .Where(candidate => candidate.Trigger is not null).ToList();
        foreach (var (definitionId, trigger) in triggers)
        {
            await BeginAsync(definitionId, new()
            {
                InstanceId = NewId(),
                TriggerActivityId = trigger!.Id,
                TriggerInput = published.Result,
                CorrelationId = published.CorrelationId,
            }, cancellationToken);
        }

        foreach (var (run, bookmark) in waiting)
            await ResumeOneAsync(run, bookmark.Id, published.Result, cancellationToken);
        if (waiting.Count == 0 && triggers.Count == 0)
            _untaken.Add((published, _time.GetUtcNow()));
    }

    private IEnumerable<(Run Run, Bookmark Bookmark)> TakersOf(EventPublished published) => _runs
        .Where(run => run.Instance.Status == WorkflowStatus.Running
            && (published.CorrelationId is null || run.Instance.CorrelationId == published.CorrelationId)
            && (published.OnlyInstanceId is null || run.Instance.Id == published.OnlyInstanceId))
        .SelectMany(run => run.Instance.Bookmarks
            .Where(bookmark => bookmark.Name == Event.Bookmark && PayloadOf(bookmark, "EventName") == published.Name).Select(bookmark => (run, bookmark)));

    private async Task<bool> DeliverUntakenAsync(CancellationToken cancellationToken)
    {
        _untaken.RemoveAll(kept => kept.At + KeepsEvents < _time.GetUtcNow());
        var index = _untaken.FindIndex(kept => TakersOf(kept.Event).Any());
        if (index < 0)
            return false;
        var published = _untaken[index].Event;
        _untaken.RemoveAt(index);
        foreach (var (run, bookmark) in TakersOf(published).ToList())
            await ResumeOneAsync(run, bookmark.Id, published.Result, cancellationToken);
        return true;
    }

    private async Task TellParentAsync(Run run, CancellationToken cancellationToken)
    {
        if (run.Instance.Status != WorkflowStatus.Finished)
            return;
        foreach (var parent in _runs.Where(other => other.Instance.Status == WorkflowStatus.Running).ToList())
        {
            if (parent.Instance.Bookmarks.FirstOrDefault(bookmark => ChildrenOf(bookmark).Contains(run.Instance.Id)) is not { } bookmark)
                continue;
            object? input = bookmark.Name == DispatchWorkflow.Bookmark ? run.Instance.Output : ExecuteWorkflow.ResultOf(ChildOf(run));
            await ResumeOneAsync(parent, bookmark.Id, input, cancellationToken);
            return;
        }
    }

    /// <summary>The children that a bookmark waits for.</summary>
    private static IEnumerable<string> ChildrenOf(Bookmark bookmark) =>
        bookmark.Payload is not JsonElement payload ? []
        : payload.Member("ChildInstanceIds") is { ValueKind: JsonValueKind.Array } ids ? ids.EnumerateArray().Select(id => id.ToString())
        : payload.Member("ChildInstanceId") is { } one ? [one.ToString()] : [];

    private static string? PayloadOf(Bookmark bookmark, string member) =>
        bookmark.Payload is JsonElement payload && payload.Member(member) is { } value ? value.ToString() : null;

    private static ActivityNode? TriggerOf(WorkflowDefinition definition, string eventName) => definition.Root?.SelfAndDescendants()
        .FirstOrDefault(activity => activity is { Type: "Elsa.Event", CanStartWorkflow: true } && EventNameOf(activity.Json) == eventName);

    private static string? EventNameOf(JsonElement activity) =>
        activity.Member("eventName") is { } input ? (input.Member("expression")?.Member("value") ?? input).ToString() : null;
}
