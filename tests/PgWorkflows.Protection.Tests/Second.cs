using System.Diagnostics;

namespace PgWorkflows.Protection.Tests;

/// <summary>Another server program that is expected to end by itself.</summary>
internal static class Second
{
    public static async Task<(int ExitCode, string Error)> RunAsync(string data, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pgw-server"), [$"--PgWorkflows:Data={data}", "--urls=http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = data,
        };
#pragma warning disable RS0030 // The program under test is started as its users start it.
        using var process = Process.Start(info)!;
#pragma warning restore RS0030
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await output;
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, error);
    }
}
