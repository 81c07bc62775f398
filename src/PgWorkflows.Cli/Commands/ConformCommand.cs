using System.CommandLine;
using System.Text.Json;
using PgWorkflows.Cli.Output;
using PgWorkflows.Engine.Conformance;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.JavaScript;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Carries out conformance cases: does the engine do what a real Elsa did?</summary>
internal static class ConformCommand
{
    private const int MaxBytes = 16 * 1024 * 1024;

    public static Command Create(GlobalOptions options)
    {
        var folder = new Argument<string>("FOLDER") { Description = "A folder of cases, or one case file." };
        var command = new Command("conform", "Carry out recorded cases of a real Elsa and compare.") { folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var runner = new ConformanceRunner(new ExpressionLanguages(new JavaScriptLanguage()));
            var results = new List<ConformanceResult>();
            foreach (var file in FilesOf(parsed.GetRequiredValue(folder)))
            {
                var result = await runner.RunAsync(Read(file), cancellationToken);
                results.Add(result);
                if (!output.IsJson)
                    Print(output, result);
            }

            if (output.IsJson)
                output.Json(results.Select(result => new { result.Name, result.Verdict, result.Difference, result.Observed }));
            else
                output.Console.MarkupLineInterpolated($"{Count(ConformanceVerdict.Passed)} passed, {Count(ConformanceVerdict.Differs)} differ, {Count(ConformanceVerdict.Skipped)} skipped");
            return results.Exists(result => result.Verdict == ConformanceVerdict.Differs) ? ExitCodes.InvalidDefinition : ExitCodes.Success;

            int Count(ConformanceVerdict verdict) => results.Count(result => result.Verdict == verdict);
        });
        return command;
    }

    private static List<string> FilesOf(string place)
    {
        if (File.Exists(place))
            return [place];
        if (!Directory.Exists(place))
            throw new CliException(ExitCodes.Usage, $"{place}: there is no such folder.");
        var files = Directory.GetFiles(place, "*.json").Order(StringComparer.Ordinal).ToList();
        return files.Count > 0 ? files : throw new CliException(ExitCodes.Usage, $"{place}: there is no case (*.json) in it.");
    }

    private static ConformanceCase Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length > MaxBytes)
                throw new CliException(ExitCodes.InvalidDefinition, $"{file}: has {new FileInfo(file).Length:N0} bytes; the limit is {MaxBytes:N0}.");
            return ConformanceCase.Read(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CliException(ExitCodes.InvalidDefinition, $"{file}: is no conformance case: {e.Message} See tests/fixtures/elsa-conformance/README.md for the form.");
        }
    }

    private static void Print(CliOutput output, ConformanceResult result)
    {
        var (word, colour) = result.Verdict switch
        {
            ConformanceVerdict.Passed => ("pass", "green"),
            ConformanceVerdict.Differs => ("FAIL", "red"),
            _ => ("skip", "yellow"),
        };
        output.Console.MarkupLineInterpolated($"[{colour}]{word}[/] {result.Name}{(result.Difference is null ? "" : ": " + result.Difference)}");
    }
}
