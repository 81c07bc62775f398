using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>Signs that a start-up moves on: whatever of them changes between two looks is progress.</summary>
/// <param name="Signs">All that was seen, to be compared.</param>
/// <param name="Doing">What the start-up process says it does, for people; null when it does not show.</param>
internal sealed record StartupEvidence(string Signs, string? Doing)
{
    /// <summary>Looks at the start-up process (its title names the segment of WAL, its clock ticks when it works), the control file and the log.</summary>
    public static StartupEvidence Of(Resource resource)
    {
        var (title, ticks) = PostmasterSight.Of(resource.DataDirectory) is { IsAlive: true, File: { } file } && OperatingSystem.IsLinux() ? StartupProcess(file.Pid) : (null, null);
        var signs = string.Join(';', title, ticks, Facts(Path.Combine(resource.DataDirectory, "postmaster.pid")), Facts(Path.Combine(resource.DataDirectory, "global", "pg_control")), LastWord(resource.LogFile));
        return new(signs, title);
    }

    [SupportedOSPlatform("linux")]
    private static (string? Title, string? Ticks) StartupProcess(int postmaster)
    {
        foreach (var child in ProcessStat.All().Where(process => process.Parent == postmaster))
        {
            if (Read($"/proc/{child.Pid}/cmdline") is not { } line || line.Replace('\0', ' ').Trim() is not { } title || !title.Contains(": startup", StringComparison.Ordinal))
                continue;
            var fields = Read($"/proc/{child.Pid}/stat") is { } stat ? stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
            return (OutputText.OneLine(title[title.IndexOf("startup", StringComparison.Ordinal)..]), fields.Length > 12 ? $"{fields[11]}+{fields[12]}" : null); // user and system time
        }

        return (null, null);
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the process has ended
        }
    }

    /// <summary>
    /// The last line of the log that is not a refusal: while a server starts it notes each of our own questions there, and those are no progress.
    /// </summary>
    private static string? LastWord(string log)
    {
        const int tail = 16 * 1024;
        try
        {
            using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = Math.Max(0, file.Length - tail);
            var bytes = new byte[tail];
            var text = Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, tail, throwOnEndOfStream: false));
            return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(line => !line.Contains("FATAL", StringComparison.Ordinal)) is { } line ? OutputText.OneLine(line) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // no such log, or not ours to read
        }
    }

    private static string? Facts(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return path.Length > 0 && file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length}@{file.LastWriteTimeUtc.Ticks}") : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
