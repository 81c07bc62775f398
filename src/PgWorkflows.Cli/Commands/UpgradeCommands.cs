using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;
using PgWorkflows.Runtime.Upgrades;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>An upgrade never overwrites an edit: what the shipped version has instead is shown, and taken over when the operator says so.</summary>
internal static class UpgradeCommands
{
    public static Command Diff(GlobalOptions options) => Create(options, "diff", "Show what differs between an edit and the shipped version; 1 if anything does.", async (target, output, id, cancellationToken) =>
    {
        var comparison = await target.CompareAsync(id, cancellationToken);
        if (output.IsJson)
            output.Json(comparison);
        else
            DifferenceView.Print(comparison, output.Console);
        return comparison.Difference.IsEmpty ? ExitCodes.Success : ExitCodes.Different;
    });

    public static Command Accept(GlobalOptions options) => Create(options, "accept", "Publish the newer shipped version that is offered; the edit stays in the history.", (target, output, id, cancellationToken) =>
        TellAsync(target.AcceptAsync(id, cancellationToken), output));

    public static Command Reset(GlobalOptions options) => Create(options, "reset", "Go back from an edit to the shipped version; the edit stays in the history.", (target, output, id, cancellationToken) =>
        TellAsync(target.ResetAsync(id, cancellationToken), output));

    private static Command Create(GlobalOptions options, string name, string description, Func<ITarget, CliOutput, string, CancellationToken, Task<int>> run)
    {
        var definition = new Argument<string>("DEFINITION") { Description = "The definition's id; 'pgw workflows list' lists them." };
        var command = new Command(name, description) { definition };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var target = Target.Of(parsed, options);
            return await run(target, new CliOutput(parsed.GetValue(options.Json)), parsed.GetRequiredValue(definition), cancellationToken);
        });
        return command;
    }

    private static async Task<int> TellAsync(Task<PublishedUpgrade> publishing, CliOutput output)
    {
        var upgrade = await publishing;
        if (output.IsJson)
            output.Json(upgrade);
        else
            output.Console.MarkupLineInterpolated($"{upgrade.Id}: the shipped version {upgrade.Version} acts now.{(upgrade.Replaced is { } edit ? $" Your edit, version {edit}, stays in the history." : "")}");
        return ExitCodes.Success;
    }
}
