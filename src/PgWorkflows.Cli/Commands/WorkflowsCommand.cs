using System.CommandLine;

namespace PgWorkflows.Cli.Commands;

/// <summary>Works on workflow definitions: files, and what is published.</summary>
internal static class WorkflowsCommand
{
    public static Command Create(GlobalOptions options) => new("workflows", "Work on workflow definitions.")
    {
        DefinitionsCommand.Create(options),
        UpgradeCommands.Diff(options),
        UpgradeCommands.Accept(options),
        UpgradeCommands.Reset(options),
        ValidateCommand.Create(options),
        RunWorkflowCommand.Create(options),
        ConformCommand.Create(options),
    };
}
