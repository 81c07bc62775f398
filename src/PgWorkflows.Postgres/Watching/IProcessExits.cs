namespace PgWorkflows.Postgres.Watching;

/// <summary>Waits for the ends of processes that are not ours, without asking again and again.</summary>
internal interface IProcessExits : IDisposable
{
    /// <summary>Takes hold of the process that has this pid now; null when there is none or it may not be watched.</summary>
    IHeldProcess? Hold(int pid);

    /// <summary>The means of this platform; null where there is none.</summary>
    public static IProcessExits? Create()
    {
        if (OperatingSystem.IsLinux())
            return PidFdExits.IsAvailable ? new PidFdExits() : null;
        return OperatingSystem.IsWindows() ? new HandleExits() : null;
    }
}

/// <summary>One process, whatever becomes of its pid. Disposing it lets go of it without touching it.</summary>
internal interface IHeldProcess : IDisposable
{
    /// <summary>It has ended; a zombie has.</summary>
    bool HasExited { get; }

    /// <summary>Calls back once when it has ended, on a thread that must not be kept; at once when it has already.</summary>
    void WhenExited(Action exited);
}
