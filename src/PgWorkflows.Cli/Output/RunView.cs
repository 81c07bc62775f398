using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime.Reports;
using Spectre.Console;

namespace PgWorkflows.Cli.Output;

/// <summary>A run as the documented step list: step, what was run, what came back, branch taken, time.</summary>
internal sealed record RunView(RunReport Run)
{
    /// <summary>What a process that ran this action ends with.</summary>
    public int ExitCode => Run switch
    {
        { Result: RunResults.Interrupted or RunResults.Superseded } => ExitCodes.Interrupted,
        { ReturnValue: { } value } => value,
        _ => ExitCodes.Internal,
    };

    /// <summary>As programs read it: without what only says how to paint.</summary>
    public object ToJson() => new
    {
        Run.Id,
        Run.Resource,
        Run.Action,
        Run.Result,
        Run.ReturnValue,
        Run.Status,
        Run.SubStatus,
        Run.Note,
        Run.StartedAt,
        Run.FinishedAt,
        Run.Trigger,
        Run.Definition,
        Steps = Run.Steps.Select(step => new
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
        Run.Events,
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
        foreach (var step in Run.Steps)
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
        var what = Run.Action is null ? Run.Definition.Id : $"{Run.Action} {Run.Resource}";
        var end = Run.Result ?? Run.SubStatus;
        var value = Run.ReturnValue is { } number ? $" ({number})" : "";
        console.MarkupLineInterpolated($"[bold]{what}[/]  [{Words.Colour(end)}]{end}{value}[/]  run {Run.Id}  {Words.Of(Run.StartedAt)}  {Words.Of(Run.FinishedAt - Run.StartedAt)}");
        console.MarkupLineInterpolated($"[grey]by {Run.Trigger.By} ({Run.Trigger.Kind}), definition {Run.Definition.Id} version {Run.Definition.Version} ({Run.Definition.Hash[..12]})[/]");
        if (Run.Note is not null)
            console.MarkupLineInterpolated($"[yellow]{Run.Note}[/]");
    }
}
