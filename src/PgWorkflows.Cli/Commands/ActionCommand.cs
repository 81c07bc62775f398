using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;

namespace PgWorkflows.Cli.Commands;

/// <summary>quickCheck, deepCheck, restore, remove, recover: runs an action and ends with its return value.</summary>
internal static class ActionCommand
{
    public static Command Create(ResourceAction action, GlobalOptions options)
    {
        var resource = new Argument<string>("RESOURCE") { Description = "The protected resource, as configured." };
        var command = new Command(action.Name, action.Description) { resource };
        command.SetAction((parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var workspace = Workspace.Open(parsed, options);
            return RunAsync(workspace, output, action, parsed.GetRequiredValue(resource), cancellationToken);
        });
        return command;
    }

    public static async Task<int> RunAsync(Workspace workspace, CliOutput output, ResourceAction action, string name, CancellationToken cancellationToken)
    {
        var request = new ActionRequest(workspace.Find(name).Name, action, Origin.OfThisCommand());
        using var progress = new LiveProgress(output);
        switch (await workspace.Runner.RunAsync(request, progress, cancellationToken))
        {
            case ActionOutcome.Ended(var runId):
                progress.Dispose();
                return await ShowEndAsync(workspace, output, runId);
            case ActionOutcome.Busy(var holder):
                throw new CliException(ExitCodes.Busy, $"'{name}' is busy: {holder} is under way. Nothing was done; try again when it has ended (pgw show {holder.InstanceId}).");
            case var other:
                throw new System.Diagnostics.UnreachableException($"Unexpected {other.GetType().Name}");
        }
    }

    private static async Task<int> ShowEndAsync(Workspace workspace, CliOutput output, string runId)
    {
        // Also after Ctrl+C: how the run ended is what the operator wants to know then.
        var run = (await workspace.History.FindAsync(runId, CancellationToken.None))[0];
        var view = await RunView.ReadAsync(workspace.History, run, CancellationToken.None);
        if (output.IsJson)
            output.Json(view.ToJson());
        else if (output.IsWatched)
            view.PrintHead(output.Console);
        else
            view.Print(output.Console);
        return view.ExitCode;
    }
}

/// <summary>Who asked for a run.</summary>
internal static class Origin
{
    public static RunOrigin OfThisCommand()
    {
        var user = Environment.UserName;
        var sudo = Environment.GetEnvironmentVariable("SUDO_USER");
        return new("cli", string.IsNullOrEmpty(sudo) || sudo == user ? $"{user} with pgw" : $"{user} (sudo of {sudo}) with pgw");
    }
}
