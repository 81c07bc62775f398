namespace PgWorkflows.Cli.Discovery;

/// <summary>Servers that run, whoever has started them: a postmaster's working directory is its data directory, and the pid file in it names the process.</summary>
internal static class RunningPostmasters
{
    public static IReadOnlyList<FoundServer> Find()
    {
        if (!Directory.Exists("/proc/self"))
            return [];
        var found = new List<FoundServer>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => Path.GetFileName(path).All(char.IsAsciiDigit)))
        {
            if (DataDirectory(process) is not { } directory || Postgres.ServiceControl.PostmasterPidFile.Read(directory) is not { } file
                || file.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture) != Path.GetFileName(process))
                continue;
            found.Add(new($"the running server process {file.Pid}", FoundServer.NameOf(Path.GetFileName(directory)), "pg_ctl", null, directory, ServerFiles.Port(directory)) { IsRunning = true });
        }

        return found;
    }

    private static string? DataDirectory(string process)
    {
        try
        {
            var program = new FileInfo(Path.Combine(process, "exe")).LinkTarget;
            return program is not null && Path.GetFileName(program.Replace(" (deleted)", "", StringComparison.Ordinal)) is "postgres" or "postmaster"
                ? new FileInfo(Path.Combine(process, "cwd")).LinkTarget : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It has ended, or belongs to somebody else.
        }
    }
}
