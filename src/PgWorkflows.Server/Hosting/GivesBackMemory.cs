using System.Runtime.InteropServices;

namespace PgWorkflows.Server.Hosting;

/// <summary>
/// Gives memory that is not needed back to the system: first what starting has used, then twice a minute. A watchdog lives beside a database, and a
/// collector and an allocator that see no pressure would keep it for ever. One round takes some 20 ms of a processor.
/// </summary>
internal sealed partial class GivesBackMemory(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private static readonly bool HasGlibc = NativeLibrary.TryLoad("libc.so.6", out var libc) && NativeLibrary.TryGetExport(libc, "malloc_trim", out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(AfterStart, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GiveBackNativeMemory();
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What the compiler, SQLite and OpenSSL have freed; without glibc (musl, Windows) the allocator sees to it itself.</summary>
    private static void GiveBackNativeMemory()
    {
        if (HasGlibc)
            _ = TrimHeap(0); // Whether there was anything.
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int TrimHeap(nuint pad);
}
