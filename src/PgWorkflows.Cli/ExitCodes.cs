namespace PgWorkflows.Cli;

/// <summary>
/// The numbers <c>pgw</c> ends with. 0 to 5 are the return values of the actions (actions.md, "Results and return values");
/// from 64 on the action was not run to an end.
/// </summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>What was compared differs.</summary>
    public const int Different = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>A workflow definition is not valid.</summary>
    public const int InvalidDefinition = 65;

    /// <summary>No such resource is configured.</summary>
    public const int UnknownResource = 66;

    /// <summary>No such run is in the history.</summary>
    public const int UnknownRun = 67;

    /// <summary>No such workflow definition, or none of what was asked about it: an edit, an offer.</summary>
    public const int UnknownDefinition = 68;

    /// <summary>Something unexpected: a fault of this program, or a workflow that ended by an incident.</summary>
    public const int Internal = 70;

    /// <summary>The server cannot be reached, or does not answer as ours does.</summary>
    public const int Unreachable = 69;

    /// <summary>The demo, or a check of doctor, cannot do its work on this machine.</summary>
    public const int Unavailable = 71;

    /// <summary>The history cannot be opened or written.</summary>
    public const int History = 73;

    /// <summary>Another state-changing action has the resource.</summary>
    public const int Busy = 75;

    /// <summary>The run was interrupted.</summary>
    public const int Interrupted = 76;

    /// <summary>The server refuses the key: unknown, expired, revoked, or of too small a role.</summary>
    public const int Refused = 77;

    /// <summary>The configuration is missing or wrong.</summary>
    public const int Configuration = 78;
}

/// <summary>Ends the command with a message for the operator and an exit code.</summary>
internal sealed class CliException(int exitCode, params IReadOnlyList<string> messages) : Exception(string.Join(Environment.NewLine, messages))
{
    public int ExitCode { get; } = exitCode;
}
