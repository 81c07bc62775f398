using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Persistence.Hosted;

/// <summary>What a run of another host is to the resource.</summary>
public enum HostedKind
{
    /// <summary>It gives way to actions.</summary>
    Check,

    /// <summary>It has the resource for itself from its beginning.</summary>
    Action,

    /// <summary>It has the resource for itself from its first effect.</summary>
    Other,
}

/// <summary>A run that another workflow host carries.</summary>
/// <param name="Id">The host's instance id.</param>
/// <param name="Resource">The resource it works on.</param>
/// <param name="Action">Its workflow, for those who find the resource busy.</param>
/// <param name="Kind">What it is to the resource.</param>
public sealed record HostedRun(string Id, string Resource, string Action, HostedKind Kind);

/// <summary>Whether a hosted run may go on.</summary>
public abstract record HostedBegin
{
    private HostedBegin()
    {
    }

    /// <summary>It is this process's, and an action or other workflow has the resource for itself.</summary>
    public sealed record Begun : HostedBegin;

    /// <summary>A state-changing action has the resource; a check is skipped, anything else is refused.</summary>
    public sealed record Busy(LeaseHolder Holder) : HostedBegin;

    /// <summary>It has ended, possibly just now because its process is gone; nothing of it is run any more.</summary>
    public sealed record Ended(HostedEnd End) : HostedBegin;
}

/// <summary>How a hosted run ended.</summary>
/// <param name="Result">The action's result, or one of <see cref="RunResults"/>.</param>
/// <param name="ReturnValue">The return value, when the action came to its end.</param>
/// <param name="Note">Why, when it did not.</param>
public sealed record HostedEnd(string Result, int? ReturnValue, string? Note);
