using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;

namespace PgWorkflows.Cli.Commands;

/// <summary>Shows a run as the documented step list.</summary>
internal static class ShowCommand
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("RUN") { Description = "The run's id or its beginning, or 'last'." };
        var command = new Command("show", "Show a run step by step: what was run, what came back, which branch was taken.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            using var target = Target.Of(parsed, options);
            var view = new RunView(await target.RunAsync(parsed.GetRequiredValue(id), cancellationToken));
            if (output.IsJson)
                output.Json(view.ToJson());
            else
                view.Print(output.Console);
            return ExitCodes.Success;
        });
        return command;
    }
}
