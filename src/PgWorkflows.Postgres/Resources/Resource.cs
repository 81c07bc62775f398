namespace PgWorkflows.Postgres.Resources;

/// <summary>One protected PostgreSQL server: the validated, immutable snapshot of its configuration.</summary>
public sealed record Resource
{
    /// <summary>The name that operators and messages use (LifeKeeper's tag).</summary>
    public required string Name { get; init; }

    /// <summary>What starts and stops the server.</summary>
    public required ServiceControlKind ServiceControl { get; init; }

    /// <summary>The service's name; what <c>[service]</c> prints.</summary>
    public required string Service { get; init; }

    /// <summary>The data directory, absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The directory of pg_ctl, psql and postgres, absolute.</summary>
    public required string BinDirectory { get; init; }

    /// <summary>The port that the server must have.</summary>
    public required int Port { get; init; }

    /// <summary>The program that talks to the service manager, where it is not the usual one.</summary>
    public string? ServiceCommand { get; init; }

    /// <summary>The machine whose service manager is asked; null is this one.</summary>
    public string? ServiceHost { get; init; }

    /// <summary>Where the probes connect to.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The database role of the probes.</summary>
    public string User { get; init; } = "postgres";

    /// <summary>The database of probe (5).</summary>
    public string CheckDatabase { get; init; } = "template1";

    /// <summary>The password file of the probes, absolute.</summary>
    public string? PassFile { get; init; }

    /// <summary>The user of the operating system that commands on the data directory run as; null is ourselves.</summary>
    public string? OsUser { get; init; }

    /// <summary>What the probes connect with.</summary>
    public ClientKind Client { get; init; } = ClientKind.Psql;

    /// <summary>Where step (4) reads the server's port.</summary>
    public PortSource PortSource { get; init; } = PortSource.StatusOutput;

    /// <summary>Overrides the wait between two queries of a state.</summary>
    public TimeSpan? PollInterval { get; init; }

    /// <summary>Overrides how often a query of a state is repeated.</summary>
    public int? PollRepeats { get; init; }

    /// <summary>Overrides how often restore repeats the deep check.</summary>
    public int? CheckRepeats { get; init; }

    /// <summary>The limit of a status query of the service.</summary>
    public TimeSpan QueryLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The limit of the start command.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The limit of the stop command.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The limit of <c>pg_ctl status</c>.</summary>
    public TimeSpan StatusLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The limit of one probe.</summary>
    public TimeSpan ProbeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What <c>pg_ctl start</c> hands to the server.</summary>
    public IReadOnlyList<string> StartOptions { get; init; } = [];

    /// <summary>How <c>pg_ctl stop</c> treats sessions.</summary>
    public StopMode StopMode { get; init; } = StopMode.Fast;

    /// <summary>Where a server started by pg_ctl writes until it has a log of its own.</summary>
    public string LogFile { get; init; } = "";

    /// <summary>The state before anybody has set one.</summary>
    public ResourceState InitialState { get; init; } = ResourceState.OSU;

    /// <summary>Which of the two sets of definitions the five actions are (docs/profiles.md).</summary>
    public ResourceProfile Profile { get; init; } = ResourceProfile.Documented;

    /// <summary>Whether failed checks lead to recover, where the configuration says so; <see cref="RecoversLocally"/> is what counts.</summary>
    public bool? LocalRecovery { get; init; }

    /// <summary>Failed checks lead to recover: on by default where recover harms no healthy server.</summary>
    public bool RecoversLocally => LocalRecovery ?? Profile == ResourceProfile.Guarded;

    /// <summary>Overrides the time between two quick checks.</summary>
    public TimeSpan? QuickCheckInterval { get; init; }

    /// <summary>Overrides the time between two deep checks.</summary>
    public TimeSpan? DeepCheckInterval { get; init; }

    /// <summary>How many automatic recoveries <see cref="RecoveryWindow"/> may hold.</summary>
    public int RecoveryBudget { get; init; } = 3;

    /// <summary>The time over which automatic recoveries are counted.</summary>
    public TimeSpan RecoveryWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How many of the last <see cref="FailuresWindow"/> checks must have failed before anything acts.</summary>
    public int FailuresBeforeRecovery { get; init; } = 1;

    /// <summary>How many checks are looked at; never fewer than <see cref="FailuresBeforeRecovery"/>.</summary>
    public int FailuresWindow { get; init; } = 1;

    /// <summary>The death of the postmaster leads to a quick check at once, where the platform can tell.</summary>
    public bool InstantDetection { get; init; } = true;

    /// <summary>The path of one of PostgreSQL's programs.</summary>
    public string Program(string name) => Path.Combine(BinDirectory, OperatingSystem.IsWindows() ? name + ".exe" : name);
}
