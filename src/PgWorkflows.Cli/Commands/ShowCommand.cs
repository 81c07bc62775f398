using System.CommandLine;
using PgWorkflows.Cli.Output;

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
            var workspace = Workspace.Open(parsed, options);
            await workspace.Runs.CloseGoneAsync(cancellationToken);
            var wanted = parsed.GetRequiredValue(id);
            var found = wanted == "last"
                ? await workspace.History.ListAsync(null, 1, cancellationToken)
                : await workspace.History.FindAsync(wanted, cancellationToken);
            var run = found.Count switch
            {
                0 => throw new CliException(ExitCodes.UnknownRun, $"No run begins with '{wanted}'. 'pgw history' lists the runs."),
                1 => found[0],
                _ => throw new CliException(ExitCodes.UnknownRun, $"Several runs begin with '{wanted}'. Give more of the id."),
            };
            var view = await RunView.ReadAsync(workspace.History, run, cancellationToken);
            if (output.IsJson)
                output.Json(view.ToJson());
            else
                view.Print(output.Console);
            return ExitCodes.Success;
        });
        return command;
    }
}
