using System.Text.Json;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Events;
using Spectre.Console;

namespace PgWorkflows.Cli.Output;

/// <summary>A run as the documented step list: step, what was run, what came back, branch taken, time.</summary>
internal sealed record RunView(RunFacts Run, IReadOnlyList<StepView> Steps, IReadOnlyList<EventFacts> Events)
{
    public static async Task<RunView> ReadAsync(History history, RunFacts run, CancellationToken cancellationToken) => new(
        run,
        StepView.Of(await history.StepsAsync(run.Id, cancellationToken)),
        [.. (await history.EventsAsync(run.Id, null, 1000, cancellationToken)).Reverse()]);

    /// <summary>What a process that ran this action ends with.</summary>
    public int ExitCode => Run switch
    {
        { Result: RunResults.Interrupted } => ExitCodes.Interrupted,
        { ReturnValue: { } value } => value,
        _ => ExitCodes.Internal,
    };

    public object ToJson() => new
    {
        Run.Id,
        Run.Resource,
        Run.Action,
        Run.Result,
        Run.ReturnValue,
        Run.Status,
        Run.SubStatus,
        Note = Run.ClosingNote,
        Run.StartedAt,
        Run.FinishedAt,
        Trigger = new { Run.Origin.Kind, Run.Origin.By },
        Definition = new { Id = Run.DefinitionId, Version = Run.DefinitionVersion, VersionId = Run.VersionId, Hash = Run.DefinitionHash },
        Steps = Steps.Select(step => new
        {
            step.Step,
            step.Label,
            step.Activity,
            step.Status,
            step.Outcome,
            step.Text,
            step.Command,
            step.ExitCode,
            step.Output,
            step.StartedAt,
            step.FinishedAt,
        }),
        Events = Events.Select(e => new { e.Id, e.Severity, e.Text, e.Timestamp }),
    };

    public void Print(IAnsiConsole console)
    {
        PrintHead(console);
        var table = new Table().Border(TableBorder.None).AddColumns("Step", "Branch", "Took", "What was found");
        foreach (var column in table.Columns)
            column.PadLeft(0).PadRight(2);
        table.Columns[0].NoWrap();
        table.Columns[1].NoWrap();
        table.Columns[2].NoWrap().RightAligned();
        foreach (var step in Steps)
        {
            var colour = step.IsFailure ? "red" : "default";
            table.AddRow(
                $"[{colour}]{Markup.Escape(step.Label)}[/]",
                $"[{colour}]{Markup.Escape(step.Outcome ?? step.Status)}[/]",
                Markup.Escape(Words.Of(step.FinishedAt - step.StartedAt)),
                $"[{colour}]{Markup.Escape(step.Text ?? "")}[/]");
        }

        console.Write(table);
    }

    public void PrintHead(IAnsiConsole console)
    {
        var what = Run.Action is null ? Run.DefinitionId : $"{Run.Action} {Run.Resource}";
        var end = Run.Result ?? Run.SubStatus;
        var value = Run.ReturnValue is { } number ? $" ({number})" : "";
        console.MarkupLineInterpolated($"[bold]{what}[/]  [{Words.Colour(end)}]{end}{value}[/]  run {Run.Id}  {Words.Of(Run.StartedAt)}  {Words.Of(Run.FinishedAt - Run.StartedAt)}");
        console.MarkupLineInterpolated($"[grey]by {Run.Origin.By} ({Run.Origin.Kind}), definition {Run.DefinitionId} version {Run.DefinitionVersion} ({Run.DefinitionHash[..12]})[/]");
        if (Run.ClosingNote is not null)
            console.MarkupLineInterpolated($"[yellow]{Run.ClosingNote}[/]");
    }
}

/// <summary>One step of the list. Steps of a workflow used as an activity stand below the step that runs it: "(5) › (3) pg_ctl status".</summary>
internal sealed record StepView
{
    public required string Step { get; init; }

    public required string Label { get; init; }

    public required string Activity { get; init; }

    public required string Status { get; init; }

    public string? Outcome { get; init; }

    public string? Text { get; init; }

    public string? Command { get; init; }

    public int? ExitCode { get; init; }

    public string? Output { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>A step on the failed branch: it faulted, came out the wrong way, or logged an error.</summary>
    public bool IsFailure { get; init; }

    public static IReadOnlyList<StepView> Of(IReadOnlyList<StepFacts> records)
    {
        var byNumber = records.ToDictionary(record => record.Number);
        var views = new List<StepView>();
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
                Step = prefix + number,
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

    /// <summary>The documented step number at the beginning of a label, with its brackets.</summary>
    internal static string NumberOf(string label) =>
        label.StartsWith('(') && label.IndexOf(' ') is > 0 and var blank ? label[..blank] : "";

    private static string? Member(JsonElement? json, string member) =>
        json?.TryGetProperty(member, out var value) is true && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
