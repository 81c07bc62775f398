namespace PgWorkflows.Engine.Activities;

/// <summary>
/// An activity whose effect can be seen afterwards. A host that comes back after a crash looks before it goes on: an effect in doubt is never
/// repeated (architecture.md, "The way of a run").
/// </summary>
public interface IEffect
{
    /// <summary>Looks whether the world is as the activity's success would have left it; changes nothing.</summary>
    ValueTask<EffectSeen> LookAsync(ActivityCall call, CancellationToken cancellationToken);
}

/// <summary>What was seen of an effect.</summary>
/// <param name="IsThere">The world is as the effect would have left it, or on its way there.</param>
/// <param name="Sentence">What was seen, for the journal.</param>
public sealed record EffectSeen(bool IsThere, string Sentence);

/// <summary>Marks an activity that looks for work and changes nothing; as the first of a workflow that a timer starts, it decides whether there is a run at all.</summary>
public interface ILooksForWork;

/// <summary>There was no work: a host need not keep a run that has done nothing else.</summary>
public sealed record NothingToDo : Emission;

/// <summary>An effect whose end was not stored before a crash, and that cannot be seen afterwards.</summary>
public sealed class EffectInDoubtException(string label)
    : Exception($"Whether '{label}' took effect is not known: the process ended before its end was stored. It is not repeated.");
