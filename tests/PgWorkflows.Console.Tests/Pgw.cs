using System.Diagnostics;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>The real pgw, as a process.</summary>
internal static class Pgw
{
    public static async Task<Ended> RunAsync(Uri? server, string? key, params string[] arguments)
    {
        var info = new ProcessStartInfo(ServeTests.Pgw, [.. arguments, .. server is null ? Array.Empty<string>() : ["--server", server.ToString()]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["PGW_KEY"] = key;
#pragma warning disable RS0030 // The program under test is started as its users start it.
        using var process = Process.Start(info)!;
#pragma warning restore RS0030
        var stdout = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var stderr = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await stdout, await stderr);
    }

    internal sealed record Ended(int ExitCode, string Stdout, string Stderr);
}
