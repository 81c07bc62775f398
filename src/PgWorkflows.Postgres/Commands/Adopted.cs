namespace PgWorkflows.Postgres.Commands;

/// <summary>
/// As process 1 of a container, or as a subreaper, we inherit the orphans below us and must ask for their exit codes, or they stay
/// zombies. We ask for those that come from what we have started, each by its own pid; any other child is somebody else's to ask for.
/// </summary>
internal static class Adopted
{
    private const string ServerProgram = "postgres";

    /// <summary>Reaps this very process if it has ended and is our child.</summary>
    public static void Reap(ProcessStat process)
    {
        if (OperatingSystem.IsLinux() && ProcessStat.Read(process.Pid) is { IsZombie: true } now
            && now.StartTicks == process.StartTicks && now.Parent == Environment.ProcessId)
            LibC.Reap(process.Pid);
    }

    /// <summary>Reaps what dead postmasters have left: processes that they had started became ours. We never start one directly.</summary>
    public static void ReapServerProcesses()
    {
        if (!OperatingSystem.IsLinux() || !LibC.IsReaper)
            return;
        foreach (var process in ProcessStat.All().Where(process => process is { IsZombie: true, Name: ServerProgram }))
            Reap(process);
    }
}
