using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Cli.Service;

/// <summary>What is to be installed: the server of this folder as a service of the machine.</summary>
/// <param name="Name">The service's name.</param>
/// <param name="Account">The account that it runs as.</param>
/// <param name="ConfigurationFile">Its configuration, absolute.</param>
/// <param name="Data">Its data folder, absolute.</param>
/// <param name="Resources">What it protects: its rights follow from them.</param>
internal sealed record ServicePlan(string Name, string Account, string ConfigurationFile, string Data, IReadOnlyList<Resource> Resources)
{
    /// <summary>The service's name unless another is given.</summary>
    public const string DefaultName = "pgworkflows";

    /// <summary>Where pgw and its server lie.</summary>
    public string Programs { get; init; } = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    /// <summary>Where .NET lies, when pgw does not bring its own.</summary>
    public string? DotnetRoot { get; init; } = FindDotnetRoot();

    /// <summary>A name is part of file names and of the service manager's own names.</summary>
    public static string? Problem(string name) =>
        name.Length is 0 or > 64 ? "has 1 to 64 characters"
        : !char.IsAsciiLetterOrDigit(name[0]) ? "begins with a letter or a digit"
        : name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? null : "has letters, digits, '_', '-' and '.' only";

    /// <summary>PostgreSQL processes that pgw starts by pg_ctl are the service's children: what holds for the service then holds for them too.</summary>
    public bool StartsServersItself => Resources.Any(resource => resource.ServiceControl == ServiceControlKind.PgCtl);

    private static string? FindDotnetRoot()
    {
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "coreclr.dll" : "libcoreclr.so")))
            return null; // Self-contained.
        var runtime = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
        return Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
    }
}
