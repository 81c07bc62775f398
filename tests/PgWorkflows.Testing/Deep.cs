namespace PgWorkflows.Testing;

/// <summary>How a deep check turns out: which step decides.</summary>
public enum Deep
{
    /// <summary>All is well.</summary>
    Good,

    /// <summary>Only the fallback, psql -l, answers.</summary>
    GoodByFallback,

    /// <summary>pg_ctl status fails.</summary>
    StatusFails,

    /// <summary>pg_ctl status succeeds without a word.</summary>
    StatusSaysNothing,

    /// <summary>The status has no port.</summary>
    PortMissing,

    /// <summary>The status has another port.</summary>
    PortDiffers,

    /// <summary>Nothing answers.</summary>
    NoConnection,
}
