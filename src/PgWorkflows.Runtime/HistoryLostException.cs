using PgWorkflows.Engine.Instances;

namespace PgWorkflows.Runtime;

/// <summary>A run had to stop because its steps could no longer be stored: nothing more is done than can be recorded.</summary>
public sealed class HistoryLostException(WorkflowInstance instance, string name, Exception cause)
    : Exception($"{name} (run {instance.Id}) stopped: its history could not be written ({cause.Message}). {Done(instance)} Make space or mend the rights of the data folder, look at the server, then run recover.", cause)
{
    private static string Done(WorkflowInstance instance)
    {
        // An effect that was not completed was not begun either: its intent is stored first.
        var effects = instance.Unsaved().Records.Where(record => record is { Node.Descriptor.HasEffect: true, CompletedAt: not null })
            .Select(record => $"{record.Node.Label} {string.Join(", ", record.Outcomes ?? [record.Status.ToString()])}").ToList();
        return effects.Count == 0 ? "No start or stop is missing from the history." : $"Done, but not recorded: {string.Join("; ", effects)}.";
    }
}
