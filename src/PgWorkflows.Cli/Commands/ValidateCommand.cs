using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Validation;
using PgWorkflows.JavaScript;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Looks at definition files as publishing would.</summary>
internal static class ValidateCommand
{
    public static Command Create(GlobalOptions options)
    {
        var files = new Argument<string[]>("FILE") { Description = "Definition files; none means the shipped ones.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("validate", "Find what is wrong with definitions before they are published.") { files };
        command.SetAction((parsed, _) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var given = parsed.GetValue(files) ?? [];
            if (given.Length == 0)
                given = [.. ShippedDefinitions.Files];
            var results = ValidateFiles(given);

            if (output.IsJson)
                output.Json(results.Select(result => new { result.File, Valid = !result.HasErrors, result.Findings }));
            foreach (var result in output.IsJson ? [] : results)
            {
                foreach (var finding in result.Findings)
                    output.Console.MarkupLineInterpolated($"{result.File}: [{(finding.Severity == Severity.Error ? "red" : "yellow")}]{finding}[/]");
                if (!result.HasErrors)
                    output.Console.MarkupLineInterpolated($"{result.File}: [green]valid[/]");
            }

            return Task.FromResult(results.Any(result => result.HasErrors) ? ExitCodes.InvalidDefinition : ExitCodes.Success);
        });
        return command;
    }

    private static List<Result> ValidateFiles(IReadOnlyList<string> files)
    {
        var library = KnownActivities.ForReading();
        var read = files.Select(file => (File: file, Result: ReadFile(file))).ToList();

        // A file may use another of the same call, or a shipped one, as an activity.
        var known = read.Select(item => item.Result.Definition).OfType<WorkflowDefinition>()
            .Concat(ShippedDefinitions.Read()).DistinctBy(definition => definition.DefinitionId).ToList();
        var validator = new DefinitionValidator(library, reference => known.Find(definition => definition.DefinitionId == reference.DefinitionId));
        return [.. read.Select(item => new Result(item.File,
            item.Result.Definition is { } definition ? [.. item.Result.Findings, .. validator.Validate(definition)] : item.Result.Findings))];
    }

    private static (WorkflowDefinition? Definition, IReadOnlyList<Finding> Findings) ReadFile(string file)
    {
        try
        {
            if (new FileInfo(file).Length > DefinitionReader.MaxBytes)
                return Unreadable($"has {new FileInfo(file).Length:N0} bytes", $"The limit is {DefinitionReader.MaxBytes:N0} bytes");
            return DefinitionReader.Read(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unreadable($"cannot be read: {e.Message.TrimEnd('.')}", "Check the path and its rights");
        }

        static (WorkflowDefinition?, IReadOnlyList<Finding>) Unreadable(string problem, string cure) =>
            (null, [new Finding(Severity.Error, "the file", problem, cure)]);
    }

    private sealed record Result(string File, IReadOnlyList<Finding> Findings)
    {
        public bool HasErrors => Findings.Any(finding => finding.Severity == Severity.Error);
    }
}
