using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>
/// One start of a server through pg_ctl. It has succeeded as soon as postmaster.pid names a new postmaster that has bound its
/// sockets; pg_ctl, which would wait for the end of a crash recovery, is then ended, the server never. What a killed server has left is waited for
/// first: PostgreSQL would refuse to start beside it, and nobody should be woken for half a second.
/// </summary>
internal sealed class PostmasterStart(ICommandRunner runner, TimeProvider time, Resource resource)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly ServerLog _log = ServerLog.AsItIsNow(resource.LogFile);

    private readonly PostmasterPidFile? _before = PostmasterPidFile.Read(resource.DataDirectory);

    public async Task<ServiceCommandResult> RunAsync(CancellationToken cancellationToken)
    {
        var command = Command();
        var began = time.GetTimestamp();
        while (LeftProcesses.Any(_before) && PostmasterSight.Of(resource.DataDirectory).IsGone)
        {
            if (time.GetElapsedTime(began) >= resource.StartLimit)
                return Refused(command);
            await Task.Delay(Poll, time, cancellationToken);
        }

        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = runner.RunAsync(command, done.Token);
        while (!running.IsCompleted)
        {
            if (NewPostmaster() is { } postmaster)
            {
                await done.CancelAsync();
                await EndedAsync(running);
                cancellationToken.ThrowIfCancellationRequested();
                return Started(command, postmaster, exitCode: null);
            }

            await Task.WhenAny(running, Task.Delay(Poll, time, CancellationToken.None));
        }

        var result = await running;
        if (result.Succeeded && NewPostmaster() is { } found)
            return Started(command, found, result.ExitCode);

        // pg_ctl only says that it could not: the reason is what the server wrote into its log.
        var failure = _log.Since() is { Length: > 0 } written ? $"{Failure(result)} | {resource.LogFile}: {written}" : Failure(result);
        return new(false, result.Evidence with { Output = OutputText.OneLine(failure) }, $"{Name(command)}: {failure}");
    }

    private ServiceCommandResult Refused(Command command)
    {
        var left = string.Join(' ', LeftProcesses.Find(_before!));
        var reason = string.Create(CultureInfo.InvariantCulture,
            $"not run: the server that died (process {_before!.Pid}) has left processes that still work, {(left.Length == 0 ? "which may not be looked at" : left)}; PostgreSQL does not start beside them. Wait for them or end them{(left.Length == 0 ? "" : $" (kill {left})")}, then recover");
        return new(false, new(command.Display, null, reason), $"{Name(command)}: {reason}");
    }

    private Command Command()
    {
        var impostor = _before is not null && PostmasterProcess.Find(_before, resource.DataDirectory).IsImpostor;
        // Windows has no fork and no zombies, and its postmaster recognises strangers by their signal pipe.
        return impostor && !OperatingSystem.IsWindows() ? PgCtl.StartBesides(resource, Math.Abs(_before!.Pid)) : PgCtl.Start(resource);
    }

    private PostmasterPidFile? NewPostmaster() =>
        PostmasterPidFile.Read(resource.DataDirectory) is { Status: not null, Pid: > 0 } file
        && !file.IsSameServerAs(_before)
        && PostmasterProcess.Find(file, resource.DataDirectory).MayBeAlive
            ? file
            : null;

    private static async Task EndedAsync(Task<CommandResult> running)
    {
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // Called off by us: the server is there.
        }
    }

    private static ServiceCommandResult Started(Command command, PostmasterPidFile postmaster, int? exitCode)
    {
        var detail = string.Create(CultureInfo.InvariantCulture, $"server process {postmaster.Pid} is {postmaster.Status}");
        return new(true, new(command.Display, exitCode, detail), $"{Name(command)}: {detail}");
    }

    private static string Failure(CommandResult result) =>
        result.Succeeded ? "it reported success, but postmaster.pid names no new server" : result.Output is "" ? $"exit code {result.ExitCode}" : result.Output;

    private static string Name(Command command) => command.FileName == "/bin/sh" ? "postgres" : "pg_ctl start";
}
