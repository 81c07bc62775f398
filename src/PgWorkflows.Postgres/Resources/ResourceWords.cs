namespace PgWorkflows.Postgres.Resources;

/// <summary>What the supervisor believes of a resource (actions.md, "Words").</summary>
public enum ResourceState
{
    /// <summary>In service and protected.</summary>
    ISP,

    /// <summary>In service, unprotected: set by an operator only.</summary>
    ISU,

    /// <summary>Out of service, unimpaired.</summary>
    OSU,

    /// <summary>Out of service, failed.</summary>
    OSF,
}

/// <summary>What starts and stops a server.</summary>
public enum ServiceControlKind
{
    /// <summary>pg_ctl on the data directory, without any service manager.</summary>
    PgCtl,

    /// <summary>The Windows service manager, through <c>sc</c>.</summary>
    Sc,

    /// <summary>systemd, through <c>systemctl</c>.</summary>
    Systemd,
}

/// <summary>What the probes connect with.</summary>
public enum ClientKind
{
    /// <summary>PostgreSQL's own client, as documented.</summary>
    Psql,

    /// <summary>The Npgsql driver: the same probes without a client installed.</summary>
    Npgsql,
}

/// <summary>Where step (4) reads the server's port (actions.md, decision 10).</summary>
public enum PortSource
{
    /// <summary>The output of <c>pg_ctl status</c>, as documented.</summary>
    StatusOutput,

    /// <summary>Line 4 of postmaster.pid, which always has it.</summary>
    PostmasterPid,
}

/// <summary>The shutdown modes of pg_ctl.</summary>
public enum StopMode
{
    /// <summary>Waits for sessions to leave.</summary>
    Smart,

    /// <summary>Ends sessions, then shuts down cleanly.</summary>
    Fast,

    /// <summary>Stops at once; the next start recovers.</summary>
    Immediate,
}

/// <summary>What the five actions of a resource do (docs/profiles.md).</summary>
public enum ResourceProfile
{
    /// <summary>The documented procedure, byte for byte.</summary>
    Documented,

    /// <summary>Typed verdicts: what is not down is neither stopped nor started.</summary>
    Guarded,
}
