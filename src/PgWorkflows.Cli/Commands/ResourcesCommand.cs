using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Lists the protected resources with what is believed of them.</summary>
internal static class ResourcesCommand
{
    public static Command Create(GlobalOptions options)
    {
        var command = new Command("resources", "List the protected resources, their states and their last runs.") { ResourcesAddCommand.Create(options) };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            using var target = Target.Of(parsed, options);
            var rows = (await target.ResourcesAsync(cancellationToken)).Select(resource => new Row(
                resource.Name, resource.State, resource.Reason, resource.Since, resource.Port, resource.DataDirectory, resource.Service, resource.Running,
                resource.LastRun is not { } last ? null : $"{last.Action} {last.Result ?? last.SubStatus} {Words.Of(last.StartedAt)}")).ToList();
            var problems = await target.ProblemsAsync(cancellationToken);
            Print(output, target.Place, rows, hasProblems: problems.Count > 0);
            foreach (var problem in problems)
                output.Talk.MarkupLineInterpolated($"[red]pgw:[/] {problem}");
            return problems.Count == 0 ? ExitCodes.Success : ExitCodes.Configuration;
        });
        return command;
    }

    private static void Print(CliOutput output, string file, List<Row> rows, bool hasProblems)
    {
        if (output.IsJson)
        {
            output.Json(rows);
            return;
        }

        if (rows.Count == 0 && hasProblems)
            return;
        if (rows.Count == 0)
        {
            output.Console.MarkupLineInterpolated($"{file}: no resource is configured. See README, Configuration.");
            return;
        }

        var table = new Table().Border(TableBorder.None).AddColumns("Resource", "State", "Port", "Now", "Last run", "Reason");
        foreach (var row in rows)
        {
            table.AddRow(Markup.Escape(row.Name), $"[{Words.Colour(row.State)}]{row.State}[/]", $"{row.Port}", Markup.Escape(row.Running ?? ""),
                Markup.Escape(row.LastRun ?? ""), Markup.Escape(row.Reason));
        }

        output.Console.Write(table);
    }

    private sealed record Row(
        string Name, string State, string Reason, DateTimeOffset? Since, int Port, string DataDirectory, string Service, string? Running, string? LastRun);
}
