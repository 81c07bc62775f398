using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;
using PgWorkflows.Postgres.Resources;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Switches maintenance of a resource on and off, and lists what is in maintenance.</summary>
internal static class MaintenanceCommand
{
    public static Command Create(GlobalOptions options) => new("maintenance", "While a resource is in maintenance checks go on and you may act, but nothing acts by itself.")
    {
        On(options),
        Off(options),
        List(options),
    };

    private static Command On(GlobalOptions options)
    {
        var name = Name();
        var reason = new Option<string>("--reason") { Description = "Why, for those who find the resource so.", HelpName = "TEXT", Required = true };
        var span = new Option<string>("--for") { Description = "For how long, from 1m to 30d: 90m, 2h, 3d.", HelpName = "TIME", Required = true };
        var command = new Command("on", "Switch maintenance on, or replace the one that is on.") { name, reason, span };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var request = MaintenanceRequest.Read(parsed.GetRequiredValue(reason), parsed.GetRequiredValue(span), out var problem)
                ?? throw new CliException(ExitCodes.Usage, $"--{problem?.Field}: {problem?.Cure}");
            using var target = Target.Of(parsed, options);
            var mode = await target.BeginMaintenanceAsync(parsed.GetRequiredValue(name), request, cancellationToken);
            Print(output, [mode], mode);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Off(GlobalOptions options)
    {
        var name = Name();
        var command = new Command("off", "Switch maintenance off.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            using var target = Target.Of(parsed, options);
            var resource = parsed.GetRequiredValue(name);
            await target.EndMaintenanceAsync(resource, cancellationToken);
            if (output.IsJson)
                output.Json(new { Resource = resource, Maintenance = (object?)null });
            else
                output.Console.MarkupLineInterpolated($"{resource}  is not in maintenance");
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command List(GlobalOptions options)
    {
        var command = new Command("list", "List the resources that are in maintenance.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            using var target = Target.Of(parsed, options);
            var modes = await target.MaintenanceAsync(cancellationToken);
            Print(output, modes, modes);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Argument<string> Name() => new("RESOURCE") { Description = "The protected resource, as configured." };

    private static void Print(CliOutput output, IReadOnlyList<MaintenanceMode> modes, object json)
    {
        if (output.IsJson)
        {
            output.Json(json);
            return;
        }

        if (modes.Count == 0)
        {
            output.Console.MarkupLineInterpolated($"No resource is in maintenance.");
            return;
        }

        var table = new Table().Border(TableBorder.None).AddColumns("Resource", "Until", "By", "Reason");
        foreach (var mode in modes)
            table.AddRow(Markup.Escape(mode.Resource), Words.Of(mode.Until), Markup.Escape(mode.Owner), Markup.Escape(mode.Reason));
        output.Console.Write(table);
    }
}
