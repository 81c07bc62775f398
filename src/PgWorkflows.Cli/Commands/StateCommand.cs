using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Postgres.Resources;
using Spectre.Console;

namespace PgWorkflows.Cli.Commands;

/// <summary>Shows or sets what is believed of a resource (actions.md, decision 13).</summary>
internal static class StateCommand
{
    public static Command Create(GlobalOptions options)
    {
        var name = new Argument<string>("RESOURCE") { Description = "The protected resource, as configured." };
        var state = new Argument<string?>("STATE")
        {
            Description = "ISP in service and protected, ISU in service unprotected, OSU out of service, OSF out of service and failed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        state.AcceptOnlyFromAmong(Enum.GetNames<ResourceState>());
        var command = new Command("state", "Show what is believed of a resource, or set it.") { name, state };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var workspace = Workspace.Open(parsed, options);
            var resource = workspace.Find(parsed.GetRequiredValue(name)).Name;
            await workspace.Runs.CloseGoneAsync(null, cancellationToken);
            if (parsed.GetValue(state) is { } word)
            {
                var wanted = Enum.Parse<ResourceState>(word);
                var by = Origin.OfThisCommand().By;
                if (await workspace.States.SetAsync(resource, wanted, $"set by {by}", by, cancellationToken) is { } holder)
                    throw new CliException(ExitCodes.Busy, $"'{resource}' is busy: {holder} is under way. The state was not changed.");
            }

            var facts = await workspace.States.FindAsync(resource, cancellationToken);
            if (output.IsJson)
                output.Json(new { Resource = resource, facts.State, facts.Reason, facts.Since });
            else
                output.Console.MarkupLineInterpolated($"{resource}  [{Words.Colour(facts.State.ToString())}]{facts.State}[/]  {facts.Reason}{(facts.Since is { } since ? "  " + Words.Of(since) : "")}");
            return ExitCodes.Success;
        });
        return command;
    }
}
