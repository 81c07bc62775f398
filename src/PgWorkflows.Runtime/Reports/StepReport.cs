using System.Text.Json;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Runtime.Reports;

/// <summary>One step of the list. Steps of a workflow used as an activity stand below the step that runs it: "(5) › (3) pg_ctl status".</summary>
public sealed record StepReport
{
    /// <summary>The documented number, with those of the steps that it stands below.</summary>
    public required string Step { get; init; }

    /// <summary>The step as the designer shows it.</summary>
    public required string Label { get; init; }

    /// <summary>The activity type.</summary>
    public required string Activity { get; init; }

    /// <summary>Elsa's status of the activity.</summary>
    public required string Status { get; init; }

    /// <summary>The branch taken.</summary>
    public string? Outcome { get; init; }

    /// <summary>What was found, in a sentence.</summary>
    public string? Text { get; init; }

    /// <summary>What was run.</summary>
    public string? Command { get; init; }

    /// <summary>What it ended with.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What came back.</summary>
    public string? Output { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>A step on the failed branch: it faulted, came out the wrong way, or logged an error.</summary>
    public bool IsFailure { get; init; }

    /// <summary>The steps among the activity executions of a run.</summary>
    public static IReadOnlyList<StepReport> Of(IReadOnlyList<StepFacts> records)
    {
        var byNumber = records.ToDictionary(record => record.Number);
        var views = new List<StepReport>();
        foreach (var record in records)
        {
            // Containers are frames, not steps; the workflow wrapper, flowcharts and joins have nothing to say.
            if ((record.IsContainer || record.ActivityType is "Elsa.Workflow" or "Elsa.Flowchart" or "Elsa.FlowJoin") && record.Fault is null)
                continue;
            var prefix = PrefixOf(record, byNumber);
            var number = NumberOf(record.Label);
            var evidence = record.Outputs is { ValueKind: JsonValueKind.Object } outputs && outputs.TryGetProperty("Evidence", out var found)
                && found.ValueKind == JsonValueKind.Object ? found : default(JsonElement?);
            views.Add(new()
            {
                Step = (prefix + number).TrimEnd(' ', '›'),
                Label = prefix + record.Label,
                Activity = record.ActivityType,
                Status = record.Status,
                Outcome = record.Outcomes is [] ? record.Status == "Completed" ? "Done" : null : string.Join(", ", record.Outcomes),
                Text = record.Fault ?? record.Sentence,
                Command = Member(evidence, nameof(CommandEvidence.Command)),
                ExitCode = evidence?.TryGetProperty(nameof(CommandEvidence.ExitCode), out var code) is true && code.ValueKind == JsonValueKind.Number ? code.GetInt32() : null,
                Output = Member(evidence, nameof(CommandEvidence.Output)),
                StartedAt = record.StartedAt,
                FinishedAt = record.CompletedAt,
                IsFailure = record.Status == "Faulted" || record.Outcomes.Any(outcome => outcome is "Failed" or "NoValue" or "Mismatch" or "Missing" or "Exhausted")
                    || record.LoggedMessage is { } message && EventCatalogue.Find(message)?.Severity == EventSeverity.Error,
            });
        }

        return views;
    }

    private static string PrefixOf(StepFacts record, Dictionary<int, StepFacts> byNumber)
    {
        var prefix = "";
        for (var owner = byNumber.GetValueOrDefault(record.ParentNumber); owner is not null; owner = byNumber.GetValueOrDefault(owner.ParentNumber))
        {
            // A label such as "(3)–(6) deep check steps" is no step itself but the frame of those.
            if (owner.ActivityType is not ("Elsa.Workflow" or "Elsa.Flowchart" or "Elsa.Sequence")
                && NumberOf(owner.Label) is { Length: > 0 } number && !number.Contains('–'))
                prefix = $"{number} › {prefix}";
        }

        return prefix;
    }

    /// <summary>What the step list calls an activity: its label below those of the steps that run it.</summary>
    public static string LabelOf(Node node)
    {
        var label = node.Label;
        for (var owner = node.Parent; owner is not null; owner = owner.Parent)
        {
            if (owner.Type is not ("Elsa.Workflow" or "Elsa.Flowchart" or "Elsa.Sequence") && NumberOf(owner.Label) is { Length: > 0 } number && !number.Contains('–'))
                label = $"{number} › {label}";
        }

        return label;
    }

    /// <summary>The documented step number at the beginning of a label, with its brackets.</summary>
    internal static string NumberOf(string label) =>
        label.StartsWith('(') && label.IndexOf(' ') is > 0 and var blank ? label[..blank] : "";

    private static string? Member(JsonElement? json, string member) =>
        json?.TryGetProperty(member, out var value) is true && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
