using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;
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
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            using var target = Target.Of(parsed, options);
            return await RunAsync(target, output, action, parsed.GetRequiredValue(resource), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(ITarget target, CliOutput output, ResourceAction action, string name, CancellationToken cancellationToken)
    {
        var view = new RunView(await target.RunAsync(name, action, output, cancellationToken));
        if (output.IsJson)
            output.Json(view.ToJson());
        else if (output.IsWatched && target is LocalTarget)
            view.PrintHead(output.Console); // The steps were shown as they happened.
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
