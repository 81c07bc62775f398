using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Probes;

/// <summary>Turns an answer and a look at the data directory into a verdict. In doubt the server is left alone.</summary>
internal static class ServerJudge
{
    /// <summary>Asks and judges. The directory is looked at before and after: a server that ends between answer and look is not another one.</summary>
    public static async Task<ServerFinding> ExamineAsync(Resource resource, IProbe probe, ProbeKind kind, CancellationToken cancellationToken)
    {
        var before = PostmasterSight.Of(resource.DataDirectory);
        var answer = await probe.AskAsync(resource, kind, cancellationToken);
        var after = PostmasterSight.Of(resource.DataDirectory);
        return after.IsGone && !before.IsGone && answer.CameFromAServer
            ? Finding(answer, ServerVerdict.Down, $"it has just ended ({after.Process.Detail})")
            : Judge(resource, answer, after);
    }

    public static ServerFinding Judge(Resource resource, ServerAnswer answer, PostmasterSight sight)
    {
        var (verdict, reason) = answer.CameFromAServer ? OfAnswer(resource, answer, sight) : OfSilence(resource, answer, sight);
        return Finding(answer, verdict, reason);
    }

    private static ServerFinding Finding(ServerAnswer answer, ServerVerdict verdict, string reason) => new(verdict, reason,
        answer.Evidence with { Output = answer.Kind is AnswerKind.Answered or AnswerKind.Refused ? OutputText.OneLine(reason) : OutputText.OneLine($"{reason}: {answer.Evidence.Output}") });

    private static (ServerVerdict, string) OfAnswer(Resource resource, ServerAnswer answer, PostmasterSight sight)
    {
        var identity = ServerIdentity.Of(resource, answer.Claim, sight);
        if (identity.IsOther)
            return (ServerVerdict.WrongServer, $"another server answers at {Address(resource)}: {identity.Evidence}");
        if (answer.Kind == AnswerKind.Answered)
            return (ServerVerdict.Answers, $"it is the resource's by: {identity.Evidence}");
        return answer.SqlState switch
        {
            "57P01" or "57P02" or "57P03" => (ServerVerdict.Starting, "it is starting up or shutting down"),
            "53300" => (ServerVerdict.Busy, "it takes no more connections"),
            "57014" => (ServerVerdict.Hung, "it did not finish the question within its limit"),
            "3D000" or "42501" or ['2', '8', ..] => (ServerVerdict.Configuration, "it refuses the role, the password or the database"),
            var state => (ServerVerdict.Failing, $"it answers with an error{(state is null ? "" : $" (SQLSTATE {state})")}"),
        };
    }

    private static (ServerVerdict, string) OfSilence(Resource resource, ServerAnswer answer, PostmasterSight sight)
    {
        if (sight.IsGone)
            return (ServerVerdict.Down, $"nobody answers at {Address(resource)}, and its postmaster is gone ({sight.Process.Detail})");
        return answer.Kind switch
        {
            AnswerKind.TimedOut => (ServerVerdict.Hung, "it did not answer within its limit" + Frozen(sight)),
            AnswerKind.CannotAsk => (ServerVerdict.Configuration, "it cannot be asked"),
            AnswerKind.Broken => (ServerVerdict.Failing, "the connection broke"),
            _ when !sight.IsAlive => (ServerVerdict.Down, $"nobody listens at {Address(resource)}; whether its postmaster lives is unknown ({sight.Process.Detail})"),
            _ => OfDeafPostmaster(resource, sight.File!), // alive was read from it
        };
    }

    /// <summary>The postmaster lives, yet nobody listens where we ask.</summary>
    private static (ServerVerdict, string) OfDeafPostmaster(Resource resource, PostmasterPidFile file) => file switch
    {
        { Status: "starting" or null } => (ServerVerdict.Starting, $"process {Text(file.Pid)} is starting up"),
        { Status: "stopping" } => (ServerVerdict.Starting, $"process {Text(file.Pid)} is shutting down"),
        { Port: { } port } when port != resource.Port =>
            (ServerVerdict.Configuration, $"its postmaster, process {Text(file.Pid)}, has port {Text(port)}, but the resource's is {Text(resource.Port)}"),
        _ => (ServerVerdict.Configuration, $"its postmaster, process {Text(file.Pid)}, lives, but nobody listens at {Address(resource)}: compare the resource's host with listen_addresses"),
    };

    // It would answer again after SIGCONT, which nobody but an operator sends.
    private static string Frozen(PostmasterSight sight) =>
        sight is { IsAlive: true, File: { } file } && ProcessStat.Read(file.Pid) is { State: 'T' or 't' } ? $" (process {Text(file.Pid)} is frozen by a signal)" : "";

    private static string Address(Resource resource) => $"{resource.Host} port {Text(resource.Port)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
