using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Postgres.Probes;

/// <summary>What a server is, beyond up and down (docs/profiles.md). Only <see cref="Down"/> may ever lead to a start.</summary>
public enum ServerVerdict
{
    /// <summary>It answers, and nothing says that it is another server.</summary>
    Answers,

    /// <summary>It is starting up, recovering or shutting down (SQLSTATE class 57P, or so says postmaster.pid): wait.</summary>
    Starting,

    /// <summary>It has no connection left for us (SQLSTATE 53300): it is up, and busy.</summary>
    Busy,

    /// <summary>It refuses us, or we ask wrongly: role, password, database, permission, address, client. A restart would mend nothing.</summary>
    Configuration,

    /// <summary>No answer within the limit.</summary>
    Hung,

    /// <summary>Somebody answers, but it is another server than the resource's.</summary>
    WrongServer,

    /// <summary>It answers, but with an error of another kind.</summary>
    Failing,

    /// <summary>Nobody answers, and no postmaster of the data directory is known to be alive.</summary>
    Down,
}

/// <summary>A verdict with its reasons.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">Why, in one line; names the evidence by which the server was told from others.</param>
/// <param name="Evidence">What was asked and what came back, with the reason.</param>
public sealed record ServerFinding(ServerVerdict Verdict, string Reason, CommandEvidence Evidence);
