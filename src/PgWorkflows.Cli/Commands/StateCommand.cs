using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Targets;
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
            using var target = Target.Of(parsed, options);
            var resource = parsed.GetRequiredValue(name);
            if (parsed.GetValue(state) is { } word)
                await target.SetStateAsync(resource, Enum.Parse<ResourceState>(word), cancellationToken);

            var facts = await target.ResourceAsync(resource, cancellationToken);
            if (output.IsJson)
                output.Json(new { Resource = facts.Name, facts.State, facts.Reason, facts.Since });
            else
                output.Console.MarkupLineInterpolated($"{facts.Name}  [{Words.Colour(facts.State)}]{facts.State}[/]  {facts.Reason}{(facts.Since is { } since ? "  " + Words.Of(since) : "")}");
            return ExitCodes.Success;
        });
        return command;
    }
}
