namespace PgWorkflows.Windows.Tests;

/// <summary>What tools/package has made. At a desk where it has not, or not since the last build, tests are skipped; in CI they fail.</summary>
internal static class PackageFile
{
    private static readonly string Artifacts = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."));

    /// <summary>The package whose name ends like this.</summary>
    public static string Find(string end)
    {
        var folder = Path.Combine(Artifacts, "packages");
        var file = Directory.Exists(folder) ? Directory.GetFiles(folder, "pgworkflows-*" + end).MaxBy(File.GetLastWriteTimeUtc) : null;
        if (file is not null && File.GetLastWriteTimeUtc(file) >= File.GetLastWriteTimeUtc(typeof(Runtime.Installation).Assembly.Location))
            return file;
        var reason = file is null ? $"There is no package *{end}; tools/package makes it." : $"{file} is older than the build; tools/package makes it anew.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
        return "";
    }
}
