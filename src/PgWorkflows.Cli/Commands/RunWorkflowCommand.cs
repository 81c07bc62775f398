using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using PgWorkflows.JavaScript;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Tries a definition out in memory: nothing is stored, and activities that act on a server are not known there.</summary>
internal static class RunWorkflowCommand
{
    public static Command Create(GlobalOptions options)
    {
        var file = new Argument<string>("FILE") { Description = "The definition file." };
        var inputs = new Option<string[]>("--input") { Description = "An input of the workflow; may be given several times.", HelpName = "NAME=VALUE" };
        inputs.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') <= 0))
                result.AddError($"--input takes NAME=VALUE, not '{token.Value}'.");
        });
        var fast = new Option<bool>("--fast") { Description = "Delays are over at once: the clock jumps to what is waited for." };
        var command = new Command("run", "Run a definition in memory, without any effect on a server.") { file, inputs, fast };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var definition = Read(parsed.GetRequiredValue(file));
            var request = new StartRequest
            {
                InstanceId = MemoryHost.NewId(),
                Input = (parsed.GetValue(inputs) ?? []).Select(input => input.Split('=', 2)).ToDictionary(pair => pair[0], pair => (object?)pair[1]),
            };
            var jumping = parsed.GetValue(fast) ? new ManualTime(TimeProvider.System.GetUtcNow()) : null;
            var host = new MemoryHost(jumping ?? TimeProvider.System, new ExpressionLanguages(new JavaScriptLanguage()));
            if (definition.Root?.SelfAndDescendants().FirstOrDefault(activity => activity.Type.StartsWith("PgWorkflows.", StringComparison.Ordinal)) is { } acting)
                throw new CliException(ExitCodes.InvalidDefinition, $"'{acting.Label}' ({acting.Type}) acts on a server; 'run' tries Elsa's own activities only. Run the action on a resource instead, for example: pgw quickCheck RESOURCE.");
            host.Publish(definition);
            var run = await host.StartAsync(definition.DefinitionId, request, cancellationToken);
            while (run.Instance.Status == WorkflowStatus.Running && host.NextDue is { } due)
            {
                if (jumping is not null)
                    jumping.AdvanceTo(due);
                else if (due > TimeProvider.System.GetUtcNow())
                    await Task.Delay(due - TimeProvider.System.GetUtcNow(), TimeProvider.System, cancellationToken);
                await host.ResumeDueAsync(cancellationToken);
            }

            Print(output, run, host);
            return run.Instance.SubStatus == WorkflowSubStatus.Finished ? ExitCodes.Success : ExitCodes.Internal;
        });
        return command;
    }

    private static WorkflowDefinition Read(string file)
    {
        try
        {
            var (definition, findings) = DefinitionReader.Read(File.ReadAllBytes(file));
            return definition ?? throw new CliException(ExitCodes.InvalidDefinition, [.. findings.Select(finding => $"{file}: {finding}")]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.InvalidDefinition, $"{file}: cannot be read: {e.Message}");
        }
    }

    private static void Print(CliOutput output, MemoryHost.Run run, MemoryHost host)
    {
        var instance = run.Instance;
        if (output.IsJson)
        {
            output.Json(new
            {
                instance.Id,
                instance.Status,
                instance.SubStatus,
                Outputs = instance.Output,
                instance.Variables,
                Lines = host.Lines,
                Incidents = instance.Incidents.Select(incident => new { incident.ActivityId, incident.Message }),
                Waits = instance.Bookmarks.Select(bookmark => new { bookmark.ActivityId, bookmark.Name, bookmark.DueAt }),
                Journal = run.Journal.Select(entry => new { Activity = entry.Node.Id, entry.EventName, entry.Message, entry.Timestamp }),
            });
            return;
        }

        foreach (var line in host.Lines)
            output.Console.WriteLine(line);
        foreach (var (name, value) in instance.Output)
            output.Console.MarkupLineInterpolated($"[grey]{name} =[/] {PgWorkflows.Engine.Values.ValueConverter.ToText(value)}");
        foreach (var incident in instance.Incidents)
            output.Console.MarkupLineInterpolated($"[red]{incident.ActivityId}: {incident.Message}[/]");
        foreach (var bookmark in instance.Bookmarks)
            output.Console.MarkupLineInterpolated($"[yellow]{bookmark.ActivityId} waits for {bookmark.Name}[/]");
        output.Console.MarkupLineInterpolated($"{instance.Program.Definition.Name} [{(instance.SubStatus == WorkflowSubStatus.Finished ? "green" : "red")}]{instance.SubStatus}[/]");
    }
}
