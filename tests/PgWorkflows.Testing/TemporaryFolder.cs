using System.Diagnostics;
using System.Globalization;

namespace PgWorkflows.Testing;

/// <summary>
/// The folder of this test run, <c>/tmp/pgw-test-PID</c>, owned by whoever runs the servers. It goes with the run; what an earlier
/// run left because it was killed goes now.
/// </summary>
public static class TemporaryFolder
{
    private const string Prefix = "pgw-test-";
    private static readonly Lazy<Task<string>> Created = new(CreateAsync);

    /// <summary>The folder.</summary>
    public static Task<string> PathAsync() => Created.Value;

    /// <summary>A new folder in it, which the user that runs servers owns and everybody may enter.</summary>
    public static async Task<string> NewAsync()
    {
        var folder = Path.Combine(await PathAsync(), $"f{Interlocked.Increment(ref _folders)}");
        await TestCommand.RunAsync("/bin/mkdir", "-m", "777", folder);
        return folder;
    }

    private static int _folders;

    private static async Task<string> CreateAsync()
    {
        foreach (var old in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*").Where(IsAbandoned))
            Delete(old);

        var path = Path.Combine(Path.GetTempPath(), Prefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        await TestCommand.RunAsync("/bin/mkdir", "-m", "755", path);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Delete(path);
        return path;
    }

    private static bool IsAbandoned(string folder) =>
        int.TryParse(Path.GetFileName(folder)[Prefix.Length..], CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}");

    private static void Delete(string folder)
    {
        BackgroundProcess.KillAllIn(folder);
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A server's child may still be closing its files; the next run finds the rest.
            Debug.WriteLine(e.Message);
        }
    }
}
