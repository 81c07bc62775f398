using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PgWorkflows.Cli.Commands;

/// <summary>The server's program, which lies beside this one.</summary>
internal static class ServerProgram
{
    private const string Name = "pgw-server";

    /// <summary>Becomes the server; where a process cannot become another one, waits for it.</summary>
    /// <exception cref="CliException">The program is not there or cannot be started.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? Name + ".exe" : Name);
        if (!File.Exists(program))
            throw new CliException(ExitCodes.Unavailable, $"The server's program {program} is missing. Build or install PgWorkflows anew.");

        if (!OperatingSystem.IsWindows())
        {
            // Signals, the exit code and the process id are then the server's own: what supervises pgw supervises the server.
            var error = Execute(program, [program, .. arguments, null]); // It comes back only when it has failed.
            throw new CliException(ExitCodes.Unavailable, $"{program} cannot be started ({error}): {Marshal.GetLastPInvokeErrorMessage()}");
        }

#pragma warning disable RS0030 // CommandRunner is for commands with an end and a limit; a server has neither.
        using var server = Process.Start(program, arguments) ?? throw new CliException(ExitCodes.Unavailable, $"{program} cannot be started.");
#pragma warning restore RS0030
        await server.WaitForExitAsync(cancellationToken);
        return server.ExitCode;
    }

    [DllImport("libc", EntryPoint = "execv", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
#pragma warning disable SYSLIB1054, CA2101 // LibraryImport does not marshal an array that ends with null; Ansi means UTF-8 here.
    private static extern int Execute(string path, string?[] arguments);
#pragma warning restore SYSLIB1054, CA2101
}
