using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Lists the events of the catalogue that were logged, the newest last.</summary>
internal static class EventsCommand
{
    public static Command Create(GlobalOptions options)
    {
        var name = new Argument<string?>("RESOURCE") { Description = "Only the events of this resource.", Arity = ArgumentArity.ZeroOrOne };
        var last = new Option<int>("--last") { Description = "How many events at most.", DefaultValueFactory = _ => 50, HelpName = "N" };
        last.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, System.Globalization.CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 100_000))
                result.AddError($"--last takes a number from 1 to 100000, not '{token.Value}'.");
        });
        var command = new Command("events", "List the logged events, the newest last.") { name, last };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            using var target = Target.Of(parsed, options);
            var events = (await target.EventsAsync(parsed.GetValue(name), parsed.GetValue(last), cancellationToken)).Reverse().ToList();
            if (output.IsJson)
            {
                output.Json(events.Select(e => new { e.Id, e.Severity, e.Text, e.Resource, e.Run, e.Timestamp }));
                return ExitCodes.Success;
            }

            foreach (var e in events)
                output.Console.MarkupLineInterpolated($"{Words.Of(e.Timestamp)}  [{Words.Colour(e.Severity)}]{e.Id} {e.Severity}[/]  {e.Text}");
            return ExitCodes.Success;
        });
        return command;
    }
}
