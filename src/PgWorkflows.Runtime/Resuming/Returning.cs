using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime.Resuming;

/// <summary>
/// Decides what becomes of a run whose process is gone, when a server comes back (architecture.md, "Commit points"): it looks first, repeats
/// no effect in doubt, and ends a run as superseded when what it sees contradicts what is stored, or when the run's last step is too old.
/// </summary>
public sealed class Returning(RunStore runs, Programs programs, ActivityLibrary library, TimeProvider time)
{
    /// <summary>A start or stop that was decided so long ago is not gone on with: nobody expects it any more.</summary>
    public static readonly TimeSpan OldestIntent = TimeSpan.FromMinutes(10);

    /// <summary>Decides, and does all of it but going on.</summary>
    public async Task<Return> DecideAsync(GoneRun gone, CancellationToken cancellationToken)
    {
        if (gone.Kind == OwnerKind.Command || gone.Action is "quickCheck" or "deepCheck")
            return await CloseAsync(gone.Id, RunResults.Interrupted, $"Interrupted: process {gone.ProcessId} on {gone.Host} ended before the run did.");
        if (!await runs.TryTakeOverAsync(gone, cancellationToken) || await runs.LoadAsync(gone.Id, cancellationToken) is not { } stored)
            return new Return.Nothing(); // Somebody has ended it in this moment.
        if (await ReadAsync(stored, cancellationToken) is not { } run)
            return await CloseAsync(gone.Id, RunResults.Interrupted, "Interrupted: the definition that it ran cannot be read any more.");

        var age = time.GetUtcNow() - gone.UpdatedAt;
        var effect = await runs.LastEffectAsync(gone.Id, cancellationToken);
        var acts = stored.Action is not null || stored.Fence is not null;
        if (acts && age > OldestIntent)
            return await CloseAsync(gone.Id, RunResults.Superseded, $"Superseded: its last step was stored {Words(age)} ago, and an action older than {Words(OldestIntent)} is not gone on with. Nothing was done.");
        if (effect is not { IsInDoubt: true } && !(acts && effect?.Outcomes is ["Succeeded"]))
            return new Return.GoesOn(stored, run, null);

        return await LookAsync(stored, run, effect, cancellationToken);
    }

    private async Task<Return> LookAsync(StoredRun stored, Run run, LastEffect effect, CancellationToken cancellationToken)
    {
        if (library.FindEffect(effect.ActivityType) is not { } activity)
        {
            // Nobody can see whether a request was sent. The run hears of it as of any other failure.
            var faulted = run with { Instance = run.Instance.Apply(new ActivityResult.Faulted(new EffectInDoubtException(effect.Label)), time.GetUtcNow()) };
            return await runs.TrySaveAsync(faulted) is { } told ? new Return.GoesOn(stored, told, $"'{effect.Label}' is in doubt") : new Return.Nothing();
        }

        var seen = await activity.LookAsync(effect.Call, cancellationToken);
        if (!seen.IsThere)
            return await CloseAsync(stored.Id, RunResults.Superseded, $"Superseded: it had come to '{effect.Label}', and {seen.Sentence}. Nothing was repeated, nothing was changed.");
        if (!effect.IsInDoubt)
            return new Return.GoesOn(stored, run, seen.Sentence);

        var done = run with
        {
            Instance = run.Instance.Apply(new ActivityResult.Completed("Succeeded") { Sentence = $"the process ended before the answer was stored; {seen.Sentence}" }, time.GetUtcNow()),
        };
        return await runs.TrySaveAsync(done) is { } saved ? new Return.GoesOn(stored, saved, seen.Sentence) : new Return.Nothing();
    }

    /// <summary>A stored run on its program; null when that cannot be made any more.</summary>
    public async Task<Run?> ReadAsync(StoredRun stored, CancellationToken cancellationToken)
    {
        if (await programs.OfRunAsync(stored.VersionId, stored.Uses, library, cancellationToken) is not { } program)
            return null;
        try
        {
            var instance = InstanceState.Read(stored.State, program);
            return new Run { Instance = instance, Revision = stored.Revision, Resource = stored.Resource, Fence = stored.Fence, HasBookmarks = instance.Bookmarks.Count > 0 };
        }
        catch (InstanceStateException)
        {
            return null;
        }
    }

    private async Task<Return> CloseAsync(string id, string result, string note) =>
        await runs.CloseAsync(id, result, note) is { } closed ? new Return.Closed(closed) : new Return.Nothing();

    private static string Words(TimeSpan span) => span.TotalMinutes < 120 ? $"{span.TotalMinutes:0} minutes" : $"{span.TotalHours:0} hours";
}

/// <summary>What became of a run whose process is gone.</summary>
public abstract record Return
{
    private Return()
    {
    }

    /// <summary>It was ended; its note says why.</summary>
    public sealed record Closed(ClosedRun Run) : Return;

    /// <summary>It goes on from where it was stored; <paramref name="Seen"/> is what was found when looking.</summary>
    public sealed record GoesOn(StoredRun Stored, Run Run, string? Seen) : Return;

    /// <summary>Somebody else was first.</summary>
    public sealed record Nothing : Return;
}
