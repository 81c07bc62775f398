using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace PgWorkflows.Postgres.Commands;

/// <summary>Runs a program to its end, its limit or its cancellation.</summary>
public interface ICommandRunner
{
    /// <summary>Runs the command. However it ends is in the result; only a cancellation throws, after the command's own processes have ended.</summary>
    Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken);
}

/// <summary>The one place that starts processes: no shell, a scrubbed environment, both streams drained, a limit that holds.</summary>
public sealed class CommandRunner(TimeProvider time) : ICommandRunner
{
    // After the exit the streams end at once, unless a started server holds them open: then take what is there.
    private static readonly TimeSpan StreamGrace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TerminalGrace = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var begin = time.GetTimestamp();
        if (StartInfo(command, out var refusal) is not { } info)
            return NotStarted(command, refusal);

        using var process = new Process { StartInfo = info };
        try
        {
#pragma warning disable RS0030 // This is the place that the rule points to.
            process.Start();
#pragma warning restore RS0030
        }
        catch (Win32Exception e)
        {
            return NotStarted(command, e.Message);
        }

        CloseInput(process);
        using var output = new OutputCapture(process.StandardOutput.BaseStream, process.StandardError.BaseStream);
        var inTime = await EndsByItself(process, command.Limit, cancellationToken);
        if (!inTime)
            await ProcessTree.EndAsync(process, command.EndsTree, time);
        cancellationToken.ThrowIfCancellationRequested();

        // Ctrl+C at a terminal reaches the command before our own handling of it has cancelled anything: its end then is no finding.
        if (inTime && process.ExitCode != 0 && cancellationToken.CanBeCanceled && !OperatingSystem.IsWindows() && LibC.IsAtTerminal)
            await Task.Delay(TerminalGrace, time, cancellationToken);

        var page = CodePages.Of(command);
        if (inTime)
            await Task.WhenAny(output.Ended, Task.Delay(StreamGrace, time, CancellationToken.None));
        if (inTime && OtherUser.WhyNotStarted(info, process.ExitCode, CodePages.Decode(output.Stderr, page)) is { } why)
            return NotStarted(command, why);
        return new()
        {
            Command = command.Display,
            ExitCode = inTime ? process.ExitCode : null,
            StdoutBytes = output.Stdout,
            StderrBytes = output.Stderr,
            CodePage = page,
            Dropped = output.Dropped,
            Elapsed = time.GetElapsedTime(begin),
            TimedOut = !inTime,
            Reason = inTime ? null : TimeoutReason(command.Limit, OutputText.OneLine(CodePages.Decode(output.Stdout, page), CodePages.Decode(output.Stderr, page))),
        };
    }

    private async Task<bool> EndsByItself(Process process, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var atLimit = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, atLimit.Token);
        try
        {
            await process.WaitForExitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static ProcessStartInfo? StartInfo(Command command, out string refusal)
    {
        if (ProgramPath.Find(command.FileName) is not { } program)
        {
            refusal = $"{command.FileName} was not found";
            return null;
        }

        if (!OtherUser.TryFind(command.OsUser, out var account, out refusal))
            return null;

        var info = new ProcessStartInfo(program, command.Arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Always a directory that the child may enter, and that no unmount waits for.
            WorkingDirectory = OperatingSystem.IsWindows() ? Environment.SystemDirectory : "/",
        };
        if (account is not null && !OtherUser.TryBecome(account, info))
            info.UserName = account.Name;
        CommandEnvironment.Fill(info.Environment, command.Environment, account);
        return info;
    }

    private static void CloseInput(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program has ended already: nobody is left to be told that there is no input.
        }
    }

    private static CommandResult NotStarted(Command command, string reason) =>
        new() { Command = command.Display, Reason = $"could not be started: {reason}" };

    private static string TimeoutReason(TimeSpan limit, string said) =>
        string.Create(CultureInfo.InvariantCulture, $"ended after its limit of {limit.TotalSeconds:0.###} s") + (said.Length == 0 ? "" : $"; it said: {said}");
}
