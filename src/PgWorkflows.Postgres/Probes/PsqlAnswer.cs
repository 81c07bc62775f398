using System.Text.RegularExpressions;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Postgres.Probes;

/// <summary>Reads what psql left: its exit code, SQLSTATEs in its errors, and its own words where no server has spoken.</summary>
internal static partial class PsqlAnswer
{
    private const int NoConnection = 2;

    // psql's own words, in English since LC_MESSAGES is C; the server's may be in any language until it is asked for English.
    private static readonly (string Words, AnswerKind Kind)[] OwnWords =
    [
        ("timeout expired", AnswerKind.TimedOut),
        ("Connection refused", AnswerKind.Refused),
        ("No such file or directory", AnswerKind.Refused), // the socket that a server makes when it starts
        ("server closed the connection unexpectedly", AnswerKind.Broken),
        ("Connection reset by peer", AnswerKind.Broken),
        ("could not translate host name", AnswerKind.CannotAsk),
        ("No route to host", AnswerKind.CannotAsk),
        ("Network is unreachable", AnswerKind.CannotAsk),
        ("no password supplied", AnswerKind.CannotAsk),
    ];

    // What a server says before it knows our language, where it is English as well.
    private static readonly (string Words, string SqlState)[] ServerWords =
    [
        ("the database system is ", "57P03"),
        ("too many clients already", "53300"),
        ("remaining connection slots are reserved", "53300"),
        ("too many connections for ", "53300"),
        ("password authentication failed", "28P01"),
        ("no pg_hba.conf entry", "28000"),
    ];

    public static ServerAnswer Of(CommandResult result)
    {
        var claim = ServerClaim.Parse(result.Stdout);
        if (result.Succeeded)
            return new(AnswerKind.Answered, null, claim, result.Evidence with { Output = "(answered)" });
        if (result.ExitCode is null)
            return new(result.TimedOut ? AnswerKind.TimedOut : AnswerKind.CannotAsk, null, claim, result.Evidence);

        var said = result.Stderr;
        var (kind, state) = result.ExitCode == NoConnection ? OfConnecting(said) : (AnswerKind.ServerError, States().Matches(said) is [.., var last] ? last.Groups[1].Value : null);
        return new(kind, state, claim, result.Evidence with { Output = OutputText.OneLine(said) });
    }

    private static (AnswerKind, string?) OfConnecting(string said)
    {
        foreach (var (words, state) in ServerWords)
        {
            if (said.Contains(words, StringComparison.Ordinal))
                return (AnswerKind.ServerError, state);
        }

        foreach (var (words, kind) in OwnWords)
        {
            if (said.Contains(words, StringComparison.Ordinal))
                return (kind, null);
        }

        return (AnswerKind.ServerError, null);
    }

    [GeneratedRegex(@"^(?:psql:.*?)?(?:ERROR|FATAL|PANIC):\s+([0-9A-Z]{5}):", RegexOptions.Multiline)]
    private static partial Regex States();
}
