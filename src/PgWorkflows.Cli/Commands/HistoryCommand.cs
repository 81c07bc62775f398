using System.CommandLine;
using PgWorkflows.Cli.Output;
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
            if (result.GetValueOrDefault<int>() is < 1 or > 100_000)
                result.AddError("--last takes a number from 1 to 100000.");
        });
        var command = new Command("history", "List the runs, the newest first.") { name, last };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var workspace = Workspace.Open(parsed, options);
            await workspace.Runs.CloseGoneAsync(cancellationToken);
            var resource = parsed.GetValue(name);
            var runs = await workspace.History.ListAsync(resource, parsed.GetValue(last), cancellationToken);
            if (runs.Count == 0 && resource is not null)
                workspace.Find(resource); // A resource that is configured no more still has its history; one that never was is a mistake.
            if (output.IsJson)
            {
                output.Json(runs.Select(run => new { run.Id, run.Resource, run.Action, run.Result, run.ReturnValue, run.Status, run.SubStatus, run.StartedAt, run.FinishedAt, Trigger = run.Origin }));
                return ExitCodes.Success;
            }

            var table = new Table().Border(TableBorder.None).AddColumns("Started", "Run", "Action", "Resource", "Result", "Took", "By");
            foreach (var run in runs)
            {
                var end = run.Result ?? run.SubStatus;
                table.AddRow(Words.Of(run.StartedAt), run.Id, Markup.Escape(run.Action ?? run.DefinitionId), Markup.Escape(run.Resource ?? ""),
                    $"[{Words.Colour(end)}]{end}{(run.ReturnValue is > 0 ? $" ({run.ReturnValue})" : "")}[/]", Words.Of(run.FinishedAt - run.StartedAt),
                    Markup.Escape(run.Origin.By));
            }

            output.Console.Write(table);
            return ExitCodes.Success;
        });
        return command;
    }
}
