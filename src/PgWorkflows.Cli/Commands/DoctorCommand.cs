using System.CommandLine;
using PgWorkflows.Cli.Doctor;
using PgWorkflows.Cli.Output;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Says what is missing for each resource and how to mend it; closes runs whose process is gone.</summary>
internal static class DoctorCommand
{
    public static Command Create(GlobalOptions options)
    {
        var name = new Argument<string?>("RESOURCE") { Description = "Only this resource.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("doctor", "Check what protection needs, and say how to mend what is missing.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var workspace = Workspace.Open(parsed, options);
            var diagnoses = new List<Diagnosis>();
            diagnoses.AddRange(await HistoryDoctor.ExamineAsync(workspace, cancellationToken));
            var resources = parsed.GetValue(name) is { } given ? [workspace.Find(given)] : workspace.Resources.All;
            diagnoses.AddRange(await DeliveryDoctor.ExamineAsync(workspace, cancellationToken));
            diagnoses.AddRange(SupervisorDoctor.Examine());
            foreach (var resource in resources)
                diagnoses.AddRange(await new ResourceDoctor(resource, workspace.Time).ExamineAsync(cancellationToken));

            if (output.IsJson)
                output.Json(diagnoses);
            foreach (var diagnosis in output.IsJson ? [] : diagnoses)
            {
                var (mark, colour) = diagnosis.Verdict switch
                {
                    Verdict.Good => ("ok   ", "green"),
                    Verdict.Note => ("note ", "yellow"),
                    _ => ("bad  ", "red"),
                };
                output.Console.MarkupLineInterpolated($"[{colour}]{mark}[/] {diagnosis.Subject}: {diagnosis.Finding}{(diagnosis.Cure is null ? "" : $" → {diagnosis.Cure}")}");
            }

            return diagnoses.Any(diagnosis => diagnosis.Verdict == Verdict.Bad) ? ExitCodes.Unavailable : ExitCodes.Success;
        });
        return command;
    }
}
