using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Tests;

/// <summary>A resource for tests that touch no server.</summary>
internal static class TestResource
{
    public static Resource Create() => new()
    {
        Name = "main",
        ServiceControl = ServiceControlKind.PgCtl,
        Service = "postgresql-x64-15",
        DataDirectory = "/nowhere/data",
        BinDirectory = "/nowhere/bin",
        Port = 5432,
        LogFile = "/nowhere/data/pg_ctl.log",
        StartOptions = ["-p", "5432"],
    };
}

/// <summary>Answers each command with the next of its results, the last one again and again.</summary>
internal sealed class ScriptedRunner(params CommandResult[] results) : ICommandRunner
{
    private int _next;

    public ScriptedRunner(int exitCode, byte[] stdout)
        : this(new CommandResult { Command = "", ExitCode = exitCode, StdoutBytes = stdout })
    {
    }

    public List<Command> Commands { get; } = [];

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        Commands.Add(command);
        return Task.FromResult(results[Math.Min(_next++, results.Length - 1)] with { Command = command.Display });
    }
}
