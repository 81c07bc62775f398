using System.Text;

namespace PgWorkflows.Postgres.Commands;

/// <summary>How a command ended, with its evidence. An exit code is never an exception.</summary>
public sealed record CommandResult
{
    /// <summary>The command as people read it.</summary>
    public required string Command { get; init; }

    /// <summary>Null when it could not be started or ran into its limit; then <see cref="Reason"/> says why.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The first bytes of standard output.</summary>
    public ReadOnlyMemory<byte> StdoutBytes { get; init; }

    /// <summary>The first bytes of standard error.</summary>
    public ReadOnlyMemory<byte> StderrBytes { get; init; }

    /// <summary>Bytes of both streams that were read but not kept.</summary>
    public long Dropped { get; init; }

    /// <summary>From start to end.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>It was ended because it ran into its limit.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Why there is no exit code.</summary>
    public string? Reason { get; init; }

    /// <summary>The code page of bytes that are not UTF-8; null where there are no code pages.</summary>
    public Encoding? CodePage { get; init; }

    /// <summary>Standard output as UTF-8, else in the code page; bytes that are neither become U+FFFD.</summary>
    public string Stdout => CodePages.Decode(StdoutBytes.Span, CodePage);

    /// <summary>Standard error as UTF-8, else in the code page; bytes that are neither become U+FFFD.</summary>
    public string Stderr => CodePages.Decode(StderrBytes.Span, CodePage);

    /// <summary>It ran to its end and says that all is well.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>The output in one line, or the reason why there is no exit code (actions.md, decision 4).</summary>
    public string Output => Reason is null ? OutputText.OneLine(Stdout, Stderr) : OutputText.OneLine(Reason);

    /// <summary>The part that events and history keep.</summary>
    public CommandEvidence Evidence => new(Command, ExitCode, Output);
}

/// <summary>What a command leaves for events and history: which, how it ended, what it said.</summary>
/// <param name="Command">The command as people read it.</param>
/// <param name="ExitCode">Null when there is none: not started, ended by us, or no program at all (Npgsql).</param>
/// <param name="Output">Its output in one line.</param>
public sealed record CommandEvidence(string Command, int? ExitCode, string Output)
{
    /// <summary>The service manager's own number and name of the failure, for example <c>1058 ERROR_SERVICE_DISABLED</c>; null when it gave none.</summary>
    public string? Reason { get; init; }
}
