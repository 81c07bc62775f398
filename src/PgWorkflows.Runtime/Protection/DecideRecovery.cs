using System.Globalization;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Persistence.Checks;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Runtime.Protection;

/// <summary>Decides whether a failed check leads to a recovery. When in doubt it keeps its hands off and says why.</summary>
[Activity("PgWorkflows.DecideRecovery", Category = "Protection", Outcomes = ["Recover", "HandsOff", "BudgetSpent"],
    Description = "Decides whether a failed check leads to recover: local recovery is on, nobody is at work on the resource, enough checks have failed, and the budget of automatic recoveries is not spent.")]
[Output("Reason", typeof(string), "Why.")]
public sealed class DecideRecovery(IResources resources, ResourceStateStore states, IMaintenance maintenance, RecoveryHistory history, TimeProvider time)
    : Activity<DecideRecovery.Inputs>
{
    /// <summary>Nobody acts on a failure this old: after an hour's sleep of the machine a new check tells what is true now.</summary>
    private static readonly TimeSpan OldestFailure = TimeSpan.FromMinutes(5);

    /// <summary>The return values of a guarded check whose server is there and is left alone (docs/profiles.md): starting, busy, not to be asked, hung, another one, failing.</summary>
    private const int FirstVerdict = 6;
    private const int LastVerdict = 11;

    /// <summary>What it needs.</summary>
    public sealed record Inputs([Input("The resource's name.")] string Resource, [Input("The run of the check that failed.")] string Run);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, ActivityCall call, CancellationToken cancellationToken)
    {
        // Decided by a server that has ended since: the recovery is our own, and how it ends must still be told.
        var (outcome, reason) = await history.BegunByAsync(call.InstanceId, cancellationToken) is { } begun
            ? ("Recover", $"its own recovery was begun before (run {begun})")
            : await DecideAsync(inputs, cancellationToken);
        return Completed(outcome, reason) with { Outputs = new Dictionary<string, object?> { ["Reason"] = reason } };
    }

    private async Task<(string Outcome, string Reason)> DecideAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        const string HandsOff = nameof(HandsOff);
        if (resources.Find(inputs.Resource) is not { } resource)
            return (HandsOff, "the resource is not configured any more");
        if (!resource.RecoversLocally)
            return (HandsOff, $"local recovery is off for {resource.Name} (localRecovery)");
        if (await states.GetAsync(resource.Name, cancellationToken) is var state && state != ResourceState.ISP)
            return (HandsOff, $"{resource.Name} is {state}, not in service and protected");
        if (await maintenance.FindAsync(resource.Name, cancellationToken) is { } mode)
            return (HandsOff, $"{resource.Name} is {mode}");
        if (await states.HolderAsync(resource.Name, cancellationToken) is { } holder)
            return (HandsOff, $"{holder} is at work");
        if (await history.FindAsync(inputs.Run, resource.FailuresWindow, resource.RecoveryWindow, cancellationToken) is not { } facts)
            return (HandsOff, $"the run {inputs.Run} is not in the history");
        if (time.GetUtcNow() - facts.CheckedAt > OldestFailure)
            return (HandsOff, $"the check is older than {OldestFailure.TotalMinutes} minutes; the next one tells what is true now");
        if (facts.LastActionEnded > facts.CheckedAt)
            return (HandsOff, "a restore, remove or recover has ended since the check began");
        if (facts.ReturnValue is >= FirstVerdict and <= LastVerdict)
            return (HandsOff, $"the check's verdict ({facts.ReturnValue}) is one that a restart does not mend; the server is left alone");
        if (facts.IsPaused)
            return (HandsOff, "the service was paused by hand");
        if (facts.Failures < resource.FailuresBeforeRecovery)
            return (HandsOff, string.Create(CultureInfo.InvariantCulture, $"{facts.Failures} of the last {resource.FailuresWindow} checks failed; {resource.FailuresBeforeRecovery} must"));
        if (facts.Recoveries >= resource.RecoveryBudget)
            return ("BudgetSpent", string.Create(CultureInfo.InvariantCulture, $"{facts.Recoveries} automatic recoveries within {resource.RecoveryWindow} have not helped, and {resource.RecoveryBudget} are allowed"));
        return ("Recover", string.Create(CultureInfo.InvariantCulture, $"recovery {facts.Recoveries + 1} of {resource.RecoveryBudget} within {resource.RecoveryWindow}"));
    }
}
