namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>What the data directory itself tells of its postmaster, whatever a service manager or a port says.</summary>
/// <param name="File">postmaster.pid; null when there is none, or it may not be read.</param>
/// <param name="Process">The process behind it. Without a file it is gone; without permission to look it is unknown.</param>
public sealed record PostmasterSight(PostmasterPidFile? File, PostmasterProcess Process)
{
    /// <summary>Looks.</summary>
    public static PostmasterSight Of(string dataDirectory)
    {
        if (PostmasterPidFile.Read(dataDirectory) is { } file)
            return new(file, PostmasterProcess.Find(file, dataDirectory));

        // Only who can see that there is no file knows that there is none.
        var seen = Entries(dataDirectory);
        return new(null, seen is null ? new(PostmasterVerdict.Unknown, $"{dataDirectory} may not be looked at, or is not there")
            : seen.Contains("postmaster.pid") ? new(PostmasterVerdict.Unknown, "postmaster.pid may not be read, or is being written")
            : new(PostmasterVerdict.Gone, "there is no postmaster.pid"));
    }

    /// <summary>No postmaster of this directory is alive, surely.</summary>
    public bool IsGone => !Process.MayBeAlive;

    /// <summary>One is, surely.</summary>
    public bool IsAlive => Process.Verdict == PostmasterVerdict.Alive;

    private static HashSet<string>? Entries(string dataDirectory)
    {
        try
        {
            var names = Directory.EnumerateFiles(dataDirectory).Select(path => Path.GetFileName(path)).ToHashSet(StringComparer.Ordinal);
            return names.Contains("PG_VERSION") ? names : null; // an empty mount point is not the directory
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
