using System.Collections.Concurrent;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Values;
using PgWorkflows.Persistence.Checks;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Runtime.Protection;

/// <summary>The two checks that run on intervals.</summary>
public enum CheckKind
{
    /// <summary>Is the service running?</summary>
    QuickCheck,

    /// <summary>Does the server answer its clients?</summary>
    DeepCheck,
}

/// <summary>Picks the resources whose check is due: in service and protected, not being checked, and their interval is over.</summary>
[Activity("PgWorkflows.DueResources", Category = "Protection", Outcomes = ["Due", "None"],
    Description = "Picks the resources in state ISP whose check is due. A resource's own interval counts before the one given here.")]
[Output("Resources", typeof(object), "Their names.")]
public sealed class DueResources(CheckClock clock, TimeProvider time) : Activity<DueResources.Inputs>, ILooksForWork
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    /// <summary>When we picked a resource last. Its check begins a little later, and that little must not add up.</summary>
    private readonly ConcurrentDictionary<(CheckKind Check, string Resource), DateTimeOffset> _picked = new();

    /// <summary>What it needs.</summary>
    public sealed record Inputs(
        [Input("Which check.")] CheckKind Check,
        [Input("The time between two checks of a resource that has no interval of its own, at least one second.")] TimeSpan Interval);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        if (inputs.Interval < ShortestInterval)
            throw new InputException(nameof(inputs.Interval), $"is {inputs.Interval}; give at least one second");
        var action = inputs.Check == CheckKind.QuickCheck ? ResourceAction.QuickCheck : ResourceAction.DeepCheck;
        var due = (await clock.ReadAsync(action.Name, cancellationToken)).Where(resource => IsDue(resource, inputs)).Select(resource => resource.Resource.Name).ToList();
        return due.Count == 0
            ? Completed("None", "no resource is due") with { Emissions = [new NothingToDo()] }
            : Completed("Due", $"due: {string.Join(", ", due)}") with { Outputs = new Dictionary<string, object?> { ["Resources"] = due } };
    }

    private bool IsDue(CheckedResource resource, Inputs inputs)
    {
        if (resource.State != ResourceState.ISP || resource.IsUnderWay)
            return false;
        var interval = (inputs.Check == CheckKind.QuickCheck ? resource.Resource.QuickCheckInterval : resource.Resource.DeepCheckInterval) ?? inputs.Interval;
        var now = time.GetUtcNow();

        var last = resource.LastStarted;
        if (_picked.TryGetValue((inputs.Check, resource.Resource.Name), out var picked) && last >= picked && last - picked < interval)
            last = picked;

        // A last check in the future: the clock was set back. Timers tick in whole seconds, so half of one is not waited for.
        if (last is { } at && at <= now && now - at < interval - (ShortestInterval / 2))
            return false;
        _picked[(inputs.Check, resource.Resource.Name)] = now;
        return true;
    }
}
