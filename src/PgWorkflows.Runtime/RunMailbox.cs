using System.Text.Json;
using System.Threading.Channels;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime;

/// <summary>What can resume a run of this process besides the time: the ends of its children. What comes early is kept until the run waits.</summary>
public sealed class RunMailbox
{
    private readonly Channel<ChildRun> _ended = Channel.CreateUnbounded<ChildRun>();
    private readonly TaskCompletionSource _rested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the run waits for the first time or has ended.</summary>
    public Task Rested => _rested.Task;

    /// <summary>A child of this run has ended.</summary>
    public void Tell(ChildRun child) => _ended.Writer.TryWrite(child);

    internal void Rest() => _rested.TrySetResult();

    internal async Task<Run> WaitAsync(Run run, Bookmark? next, TimeProvider time, CancellationToken cancellationToken)
    {
        Rest();
        using var due = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var alarm = next is null ? Task.Delay(Timeout.InfiniteTimeSpan, time, due.Token) : DelayUntilAsync(next.DueAt!.Value, time, due.Token);
        try
        {
            while (true)
            {
                var letter = _ended.Reader.WaitToReadAsync(due.Token).AsTask();
                if (await Task.WhenAny(alarm, letter) == alarm)
                {
                    await alarm;
                    return run with { Instance = run.Instance.Resume(next!.Id, null, time.GetUtcNow()) ?? run.Instance };
                }

                await letter;
                if (_ended.Reader.TryRead(out var child) && run.Instance.Bookmarks.FirstOrDefault(bookmark => IsFor(bookmark, child.InstanceId)) is { } bookmark)
                {
                    object? input = bookmark.Name == DispatchWorkflow.Bookmark ? child.Output : ExecuteWorkflow.ResultOf(child);
                    return run with { Instance = run.Instance.Resume(bookmark.Id, input, time.GetUtcNow()) ?? run.Instance };
                }
            }
        }
        finally
        {
            await due.CancelAsync();
        }
    }

    private static Task DelayUntilAsync(DateTimeOffset due, TimeProvider time, CancellationToken cancellationToken)
    {
        var left = due - time.GetUtcNow();
        return left > TimeSpan.Zero ? Task.Delay(left, time, cancellationToken) : Task.CompletedTask;
    }

    private static bool IsFor(Bookmark bookmark, string childId)
    {
        if (bookmark.Payload is not JsonElement { ValueKind: JsonValueKind.Object } payload)
            return false;
        foreach (var member in payload.EnumerateObject())
        {
            if (member.Name.Equals("ChildInstanceId", StringComparison.OrdinalIgnoreCase) && member.Value.ToString() == childId)
                return true;
            if (member.Name.Equals("ChildInstanceIds", StringComparison.OrdinalIgnoreCase) && member.Value.EnumerateArray().Any(id => id.ToString() == childId))
                return true;
        }

        return false;
    }
}
