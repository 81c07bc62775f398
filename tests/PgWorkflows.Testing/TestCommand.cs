using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Testing;

/// <summary>Runs what a test needs done, as the user that servers run as; anything but exit code 0 is the test's failure.</summary>
public static class TestCommand
{
    private static readonly CommandRunner Runner = new(TimeProvider.System);

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var result = await Runner.RunAsync(
            new(program, arguments) { OsUser = PostgresInstallation.OsUser, EndsTree = false, Limit = TimeSpan.FromMinutes(1) }, CancellationToken.None);
        return result.Succeeded ? result.Stdout : throw new InvalidOperationException($"{result.Command} failed ({result.ExitCode}): {result.Output}");
    }
}
