using PgWorkflows.Postgres.Commands;
using Xunit;

namespace PgWorkflows.Testing;

/// <summary>A disk of a few megabytes that a test can fill, free, and make read-only. Where nothing may be mounted the test is skipped.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private static readonly CommandRunner Runner = new(TimeProvider.System);

    private readonly string _filler;

    private SmallDisk(string folder) => (Folder, _filler) = (folder, Path.Combine(folder, "filler"));

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>Mounts one.</summary>
    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("pgw-small-disk-").FullName;
        var result = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "pgw-test", folder);
        if (result.Succeeded)
            return new(folder);
        Directory.Delete(folder);
        Assert.Skip($"A small disk cannot be mounted here: {result.Output}");
        throw new InvalidOperationException();
    }

    /// <summary>Takes all the space that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(_filler, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        foreach (var size in new[] { 256 * 1024, 4096 })
        {
            try
            {
                while (true)
                    file.Write(new byte[size]);
            }
            catch (IOException)
            {
                continue; // Full, for pieces of this size.
            }
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(_filler);

    /// <summary>The same disk at another place, where it can be read only.</summary>
    public async Task<string> ReadOnlyViewAsync()
    {
        var view = Directory.CreateTempSubdirectory("pgw-read-only-").FullName;
        _views.Add(view);
        foreach (var arguments in new string[][] { ["--bind", Folder, view], ["-o", "remount,bind,ro", view] })
            Assert.True((await RunAsync("mount", arguments)).Succeeded);
        return view;
    }

    /// <summary>Makes a view writable.</summary>
    public static async Task MakeWritableAsync(string view) => Assert.True((await RunAsync("mount", "-o", "remount,bind,rw", view)).Succeeded);

    private readonly List<string> _views = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _views.Append(Folder))
        {
            await RunAsync("umount", "--lazy", place);
            Directory.Delete(place);
        }
    }

    private static Task<CommandResult> RunAsync(string program, params string[] arguments) =>
        Runner.RunAsync(new("/usr/bin/" + program, arguments) { EndsTree = false, Limit = TimeSpan.FromSeconds(30) }, CancellationToken.None);
}
