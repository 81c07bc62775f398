using PgWorkflows.Engine.Interpreting.Behaviors;

namespace PgWorkflows.Persistence.Waking;

/// <summary>The events by which protection and workflows of an operator's hear of each other.</summary>
public static class ProtectionEvents
{
    /// <summary>A quickCheck or deepCheck has ended as Failed.</summary>
    public const string CheckFailedName = "PgWorkflows.CheckFailed";

    /// <summary>Protection has done what it may, and a human is needed.</summary>
    public const string EscalatedName = "PgWorkflows.Escalated";

    /// <summary>The event of a failed check.</summary>
    public static EventPublished CheckFailed(string resource, string action, string runId) =>
        new(CheckFailedName, null, new Dictionary<string, object?> { ["Resource"] = resource, ["Action"] = action, ["Run"] = runId }, null);

    /// <summary>The event of an escalation.</summary>
    public static EventPublished Escalated(string resource, string reason, string runId) =>
        new(EscalatedName, null, new Dictionary<string, object?> { ["Resource"] = resource, ["Reason"] = reason, ["Run"] = runId }, null);
}
