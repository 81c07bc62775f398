using PgWorkflows.Persistence;
using PgWorkflows.Runtime.Demo;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Demo;

/// <summary>A server that cannot start because of how it is set up says so in a sentence, and ends with the exit code that <c>pgw</c> has for it.</summary>
internal static class StartProblems
{
    private const int Unavailable = 71;
    private const int History = 73;
    private const int Configuration = 78;

    public static void AreToldInWords() => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        var exitCode = unhandled.ExceptionObject switch
        {
            ServerConfigurationException => Configuration,
            HistoryException => History,
            DemoException => Unavailable,
            IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => Unavailable,
            _ => 0, // Anything else is a bug, and its stack trace is wanted.
        };
        if (exitCode == 0)
            return;
        System.Console.Error.WriteLine($"pgw-server: {((Exception)unhandled.ExceptionObject).Message}");
        Environment.Exit(exitCode);
    };
}
