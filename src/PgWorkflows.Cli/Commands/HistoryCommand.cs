using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Lists runs, the newest first.</summary>
internal static class HistoryCommand
{
    public static Command Create(GlobalOptions options)
    {
        var name = new Argument<string?>("RESOURCE") { Description = "Only the runs of this resource.", Arity = ArgumentArity.ZeroOrOne };
        var last = new Option<int>("--last") { Description = "How many runs at most.", DefaultValueFactory = _ => 20, HelpName = "N" };
        last.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, System.Globalization.CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 100_000))
                result.AddError($"--last takes a number from 1 to 100000, not '{token.Value}'.");
        });
        var command = new Command("history", "List the runs, the newest first.") { name, last };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            using var target = Target.Of(parsed, options);
            var runs = await target.RunsAsync(parsed.GetValue(name), parsed.GetValue(last), cancellationToken);
            if (output.IsJson)
            {
                output.Json(runs.Select(run => new { run.Id, run.Resource, run.Action, run.Result, run.ReturnValue, run.Status, run.SubStatus, run.StartedAt, run.FinishedAt, run.Trigger }));
                return ExitCodes.Success;
            }

            var table = new Table().Border(TableBorder.None).AddColumns("Started", "Run", "Action", "Resource", "Result", "Took", "By");
            foreach (var run in runs)
            {
                var end = run.Result ?? run.SubStatus;
                table.AddRow(Words.Of(run.StartedAt), run.Id, Markup.Escape(run.Action ?? run.DefinitionId), Markup.Escape(run.Resource ?? ""),
                    $"[{Words.Colour(end)}]{end}{(run.ReturnValue is > 0 ? $" ({run.ReturnValue})" : "")}[/]", Words.Of(run.FinishedAt - run.StartedAt),
                    Markup.Escape(run.Trigger.By));
            }

            output.Console.Write(table);
            return ExitCodes.Success;
        });
        return command;
    }
}
