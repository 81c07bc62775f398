using System.Text.Json;
using System.Threading.Channels;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime;

/// <summary>What resumes a run besides the time. What comes early is kept until the run waits; a closed box takes nothing, so nothing gets lost in it.</summary>
public sealed class RunMailbox
{
    private readonly Channel<Letter> _letters = Channel.CreateUnbounded<Letter>();
    private readonly TaskCompletionSource _rested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private bool _closed;

    /// <summary>Completes when the run waits for the first time or has ended.</summary>
    public Task Rested => _rested.Task;

    /// <summary>Hands a letter in; false when the run does not read any more.</summary>
    public bool Tell(Letter letter)
    {
        lock (_lock)
            return !_closed && _letters.Writer.TryWrite(letter);
    }

    internal void Rest() => _rested.TrySetResult();

    /// <summary>Closes the box if nothing is in it.</summary>
    internal bool TryClose()
    {
        lock (_lock)
            return _closed = _closed || !_letters.Reader.TryPeek(out _);
    }

    /// <summary>Closes the box whatever is in it, at the end of the run.</summary>
    internal void Close()
    {
        lock (_lock)
            _closed = true;
    }

    /// <summary>The next letter that is for something the run waits for, applied; null when there is none.</summary>
    internal Run? TryTake(Run run, TimeProvider time)
    {
        while (_letters.Reader.TryRead(out var letter))
        {
            if (letter.BookmarkIn(run.Instance) is { } bookmark && run.Instance.Resume(bookmark.Id, letter.InputFor(bookmark), time.GetUtcNow()) is { } resumed)
                return run with { Instance = resumed };
        }

        return null;
    }

    /// <summary>Waits for what comes first: a letter, or the next due time.</summary>
    internal async Task<Run> WaitAsync(Run run, Bookmark? next, TimeProvider time, CancellationToken cancellationToken)
    {
        Rest();
        using var due = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var left = next is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Max(0, (next.DueAt!.Value - time.GetUtcNow()).Ticks));
        var alarm = Task.Delay(left, time, due.Token);
        try
        {
            while (true)
            {
                if (TryTake(run, time) is { } resumed)
                    return resumed;
                var letter = _letters.Reader.WaitToReadAsync(due.Token).AsTask();
                if (await Task.WhenAny(alarm, letter) == alarm)
                {
                    await alarm;
                    return run with { Instance = run.Instance.Resume(next!.Id, null, time.GetUtcNow()) ?? run.Instance };
                }

                await letter;
            }
        }
        finally
        {
            await due.CancelAsync();
        }
    }
}

/// <summary>Something that resumes a run.</summary>
public abstract record Letter
{
    private Letter()
    {
    }

    internal abstract Bookmark? BookmarkIn(WorkflowInstance instance);

    internal abstract object? InputFor(Bookmark bookmark);

    /// <summary>What this bookmark waits for has come.</summary>
    public sealed record Stimulus(string BookmarkId, object? Input) : Letter
    {
        internal override Bookmark? BookmarkIn(WorkflowInstance instance) => instance.Bookmarks.FirstOrDefault(bookmark => bookmark.Id == BookmarkId);

        internal override object? InputFor(Bookmark bookmark) => Input;
    }

    /// <summary>A child of the run has ended.</summary>
    public sealed record ChildEnded(ChildRun Child) : Letter
    {
        internal override Bookmark? BookmarkIn(WorkflowInstance instance) =>
            instance.Bookmarks.FirstOrDefault(bookmark => ChildrenOf(bookmark).Contains(Child.InstanceId, StringComparer.Ordinal));

        internal override object? InputFor(Bookmark bookmark) => bookmark.Name == DispatchWorkflow.Bookmark ? Child.Output : ExecuteWorkflow.ResultOf(Child);
    }

    /// <summary>The children that a bookmark waits for.</summary>
    internal static IEnumerable<string> ChildrenOf(Bookmark bookmark)
    {
        if (bookmark.Payload is not JsonElement { ValueKind: JsonValueKind.Object } payload)
            yield break;
        foreach (var member in payload.EnumerateObject())
        {
            if (member.Name.Equals("ChildInstanceId", StringComparison.OrdinalIgnoreCase))
                yield return member.Value.ToString();
            if (member.Name.Equals("ChildInstanceIds", StringComparison.OrdinalIgnoreCase))
            {
                foreach (var id in member.Value.EnumerateArray())
                    yield return id.ToString();
            }
        }
    }
}
