using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using PgWorkflows.Cli;
using PgWorkflows.Cli.Commands;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;
using PgWorkflows.Persistence;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Demo;

// Npgsql reads PostgreSQL's variables of its own process; here only the configuration decides which server is asked, and as whom.
foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name =>
    name.StartsWith("PG", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("PGW_", StringComparison.Ordinal)).ToList())
    Environment.SetEnvironmentVariable(name, null);

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

var options = new GlobalOptions();
var root = new RootCommand("Protects PostgreSQL servers: checks them, starts and stops them, recovers them, and keeps a history that can be read back.")
{
    options.Config,
    options.Data,
    options.Server,
    options.KeyFile,
    options.Json,
};
foreach (var action in ResourceAction.All)
    root.Subcommands.Add(ActionCommand.Create(action, options));
root.Subcommands.Add(ResourcesCommand.Create(options));
root.Subcommands.Add(StateCommand.Create(options));
root.Subcommands.Add(MaintenanceCommand.Create(options));
root.Subcommands.Add(HistoryCommand.Create(options));
root.Subcommands.Add(ShowCommand.Create(options));
root.Subcommands.Add(EventsCommand.Create(options));
root.Subcommands.Add(WorkflowsCommand.Create(options));
root.Subcommands.Add(DoctorCommand.Create(options));
root.Subcommands.Add(DemoCommand.Create(options));
root.Subcommands.Add(ServeCommand.Create(options));
root.Subcommands.Add(ServiceCommand.Create(options));

var parsed = root.Parse(args);
var output = new CliOutput(parsed.GetValue(options.Json));
if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
{
    var words = new Stack<string>();
    for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
        words.Push(command.Command.Name);
    var help = string.Join(' ', ["pgw", .. words, "--help"]);
    var meant = parsed.CommandResult.Command.Subcommands.FirstOrDefault(command => parsed.UnmatchedTokens.Contains(command.Name, StringComparer.OrdinalIgnoreCase));
    return output.Fail(ExitCodes.Usage, [.. parsed.Errors.Select(error => error.Message), .. meant is null ? Array.Empty<string>() : [$"Did you mean '{meant.Name}'?"], $"See: {help}"]);
}

try
{
    Target.RequireMeaningful(parsed, options);

    // Ctrl+C and SIGTERM are ours: an action that is told to stop closes its run first.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
}
catch (CliException e)
{
    return output.Fail(e.ExitCode, e.Message);
}
catch (DemoException e)
{
    return output.Fail(ExitCodes.Unavailable, e.Message);
}
catch (HistoryException e)
{
    return output.Fail(ExitCodes.History, e.Message);
}
catch (HistoryLostException e)
{
    return output.Fail(ExitCodes.History, e.Message);
}
catch (System.Data.Common.DbException e)
{
    return output.Fail(ExitCodes.History, $"The history could not be written or read: {e.Message}. Mend the disk or the rights of the --data folder; pgw doctor says what was under way.");
}
catch (OperationCanceledException)
{
    return output.Fail(ExitCodes.Interrupted, "Interrupted.");
}
#pragma warning disable CA1031 // The command line's Main is one of the three places where any exception is caught.
catch (Exception e)
#pragma warning restore CA1031
{
    return output.Fail(ExitCodes.Internal, $"{e.GetType().Name}: {e.Message}");
}
