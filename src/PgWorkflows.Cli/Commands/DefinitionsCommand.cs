using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;
using PgWorkflows.Runtime.Upgrades;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Lists the definitions: which version acts, which is edited, which has a newer shipped version waiting.</summary>
internal static class DefinitionsCommand
{
    public static Command Create(GlobalOptions options)
    {
        var command = new Command("list", "List the definitions: which version acts, what is edited, what is offered.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            using var target = Target.Of(parsed, options);
            var definitions = await target.DefinitionsAsync(cancellationToken);
            if (output.IsJson)
                output.Json(definitions);
            else
                output.Console.Write(Table(definitions));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Table Table(IReadOnlyList<DefinitionStatus> definitions)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("Definition", "Acts", "Stands");
        foreach (var definition in definitions)
            table.AddRow(Markup.Escape(definition.Id), definition.Published is { } version ? $"version {version}" : "-", Stand(definition));
        return table;
    }

    private static string Stand(DefinitionStatus definition)
    {
        var edit = (definition.Edit, definition.EditActs, definition.IsShipped) switch
        {
            (_, _, false) => "made here",
            (null, _, _) => "as shipped",
            (_, true, _) => "[yellow]edited[/]",
            ({ } draft, false, _) => $"as shipped, draft {draft} waits",
        };
        return definition.Offer is { } offer ? $"{edit}, [yellow]shipped version {offer} is offered[/] (pgw workflows diff {Markup.Escape(definition.Id)})" : edit;
    }
}
