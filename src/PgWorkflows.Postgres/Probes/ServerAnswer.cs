using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Postgres.Probes;

/// <summary>How asking ended, before anybody judges.</summary>
public enum AnswerKind
{
    /// <summary>The question was answered.</summary>
    Answered,

    /// <summary>The server sent an error; its SQLSTATE says which.</summary>
    ServerError,

    /// <summary>Nobody listens there.</summary>
    Refused,

    /// <summary>The limit came first.</summary>
    TimedOut,

    /// <summary>A connection was there and broke.</summary>
    Broken,

    /// <summary>It could not be asked: no client, no password, no such host.</summary>
    CannotAsk,
}

/// <summary>What a client got.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="SqlState">The server's SQLSTATE, where it sent an error and the client shows it.</param>
/// <param name="Claim">What the server says of itself; null when it said nothing.</param>
/// <param name="Evidence">What was run, and what it said.</param>
public sealed record ServerAnswer(AnswerKind Kind, string? SqlState, ServerClaim? Claim, CommandEvidence Evidence)
{
    /// <summary>Somebody speaks PostgreSQL's protocol there.</summary>
    public bool CameFromAServer => Kind is AnswerKind.Answered or AnswerKind.ServerError;
}

/// <summary>What a server says of itself, as far as the role may ask.</summary>
/// <param name="SystemIdentifier">Of its cluster; copies of a cluster share it.</param>
/// <param name="DataDirectory">As the server sees it.</param>
/// <param name="StartTime">When its postmaster began.</param>
public sealed record ServerClaim(ulong? SystemIdentifier, string? DataDirectory, DateTimeOffset? StartTime)
{
    /// <summary>One row of one text. Rows of pg_settings hide what a role may not see; pg_control_system() may be forbidden, then the whole query fails.</summary>
    internal const string Query = """
        SELECT 'pgw-claim:' || (SELECT system_identifier FROM pg_catalog.pg_control_system()) || ';'
            || floor(extract(epoch FROM pg_catalog.pg_postmaster_start_time()))::bigint || ';'
            || coalesce((SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory'), '') || ';'
        """;

    /// <summary>Reads the row, wherever it stands in a client's output; null when it is not there.</summary>
    internal static ServerClaim? Parse(string output) => ClaimText.Row().Match(output) is not { Success: true } row ? null : new(
        ulong.TryParse(row.Groups[1].Value, out var identifier) ? identifier : null,
        row.Groups[3].Value is { Length: > 0 } directory ? directory : null,
        long.TryParse(row.Groups[2].Value, out var seconds) && seconds is > 0 and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);
}

internal static partial class ClaimText
{
    [System.Text.RegularExpressions.GeneratedRegex(@"pgw-claim:(\d{1,20});(\d{1,12});([^\r\n]*);")]
    public static partial System.Text.RegularExpressions.Regex Row();
}
