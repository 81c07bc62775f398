using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;
using PgWorkflows.Persistence.Definitions;

namespace PgWorkflows.Runtime.Waking;

/// <summary>
/// Which published workflows begin by what (elsa-contract 7.1). It is made anew when another set of versions is published, whoever published it.
/// </summary>
public sealed class TriggerIndex(Programs programs, WorkflowRunner workflows)
{
    private volatile Indexed _indexed = new("", []);

    /// <summary>The triggers of what is published now.</summary>
    public async ValueTask<IReadOnlyList<IndexedTrigger>> AllAsync(CancellationToken cancellationToken)
    {
        await programs.ImportAsync(cancellationToken);
        var ids = await programs.PublishedIdsAsync(cancellationToken);
        var stamp = string.Join('\n', ids.Values.Order(StringComparer.Ordinal));
        if (_indexed.Stamp != stamp)
            _indexed = new(stamp, await ReadAsync(cancellationToken)); // Two at once read the same.
        return _indexed.Triggers;
    }

    /// <summary>The triggers of one type.</summary>
    public async ValueTask<IEnumerable<IndexedTrigger>> OfTypeAsync(string type, CancellationToken cancellationToken) =>
        (await AllAsync(cancellationToken)).Where(trigger => trigger.Trigger.Type == type && trigger.Trigger.Problem is null);

    private async Task<IReadOnlyList<IndexedTrigger>> ReadAsync(CancellationToken cancellationToken)
    {
        var triggers = new List<IndexedTrigger>();
        foreach (var (definitionId, stored) in await programs.PublishedAsync(cancellationToken))
        {
            if (stored.Definition.Root?.SelfAndDescendants().Any(activity => activity.CanStartWorkflow) is not true
                || await programs.PublishedVersionAsync(definitionId, cancellationToken) is not { } version)
                continue;
            try
            {
                triggers.AddRange(Triggers.Of((await programs.OfAsync(version, workflows.Library, cancellationToken)).Program).Select(trigger => new IndexedTrigger(version, trigger)));
            }
            catch (WorkflowCycleException)
            {
                // Such a definition cannot run; publishing refuses it, but an import of an older release may have one.
            }
        }

        return triggers;
    }

    private sealed record Indexed(string Stamp, IReadOnlyList<IndexedTrigger> Triggers);
}

/// <summary>A trigger of a published version.</summary>
public sealed record IndexedTrigger(DefinitionVersion Version, Trigger Trigger)
{
    /// <summary>An input as text; empty when it has no value.</summary>
    public string Text(string input) => ValueConverter.ToText(Trigger.Inputs.GetValueOrDefault(input));

    /// <summary>A start of its workflow.</summary>
    public StartWorkflow Start(Persistence.Runs.RunOrigin origin, object? input = null) => new(Version, origin) { TriggerActivityId = Trigger.ActivityId, TriggerInput = input, Name = Version.Name };

    /// <summary>The id of the one run that something with this key may start.</summary>
    public string RunIdFor(string key) => ChildIds.Of($"{key}/{Version.DefinitionId}/{Trigger.ActivityId}", 0);
}
