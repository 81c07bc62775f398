using PgWorkflows.Cli.Output;
using PgWorkflows.Postgres.Commands;
using Spectre.Console;

namespace PgWorkflows.Cli.Service;

/// <summary>One step of installing or removing: shown as it is, then done, unless it is a dry run.</summary>
internal abstract record ServiceStep
{
    private ServiceStep()
    {
    }

    /// <summary>A file is written.</summary>
    internal sealed record Write(string Path, string Text) : ServiceStep;

    /// <summary>A file of ours is removed.</summary>
    internal sealed record Delete(string Path) : ServiceStep;

    /// <summary>A command is run. What may fail is told and left out.</summary>
    internal sealed record Run(Command Command, bool MayFail = false) : ServiceStep;

    /// <summary>Something that takes a call of the platform.</summary>
    internal sealed record Do(string Description, Action Action) : ServiceStep;
}

/// <summary>Shows steps and does them, up to the first that fails.</summary>
internal sealed class ServiceSteps(CliOutput output, bool dryRun)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly CommandRunner _runner = new(TimeProvider.System);

    public async Task RunAsync(IReadOnlyList<ServiceStep> steps, CancellationToken cancellationToken)
    {
        foreach (var step in steps)
        {
            output.Console.MarkupLineInterpolated($"{(dryRun ? "would " : "")}{Words(step)}");
            if (dryRun && step is ServiceStep.Write { Text: var text })
                output.Console.WriteLine(string.Concat(text.TrimEnd('\n').Split('\n').Select(line => $"    {line}\n")));
            if (!dryRun)
                await DoAsync(step, cancellationToken);
        }
    }

    private async Task DoAsync(ServiceStep step, CancellationToken cancellationToken)
    {
        try
        {
            switch (step)
            {
                case ServiceStep.Write(var path, var text):
                    var draft = path + ".new";
                    await File.WriteAllTextAsync(draft, text, cancellationToken);
                    if (!OperatingSystem.IsWindows())
                        File.SetUnixFileMode(draft, Mode);
                    File.Move(draft, path, overwrite: true);
                    break;
                case ServiceStep.Delete(var path):
                    File.Delete(path);
                    break;
                case ServiceStep.Do(_, var action):
                    action();
                    break;
                case ServiceStep.Run(var command, var mayFail):
                    var result = await _runner.RunAsync(command, cancellationToken);
                    if (result.Succeeded)
                        break;
                    var failure = $"{result.Command} failed ({result.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no exit code"}): {result.Output}";
                    if (!mayFail)
                        throw new CliException(ExitCodes.Unavailable, failure);
                    output.Console.MarkupLineInterpolated($"[yellow]gone on without it:[/] {failure}");
                    break;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Unavailable, $"{Words(step)}: {e.Message} Run it as {(OperatingSystem.IsWindows() ? "an administrator" : "root")}.");
        }
    }

    private static string Words(ServiceStep step) => step switch
    {
        ServiceStep.Write(var path, _) => $"write {path}",
        ServiceStep.Delete(var path) => $"remove {path}",
        ServiceStep.Run(var command, _) => $"run {command.Display}",
        ServiceStep.Do(var description, _) => description,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
