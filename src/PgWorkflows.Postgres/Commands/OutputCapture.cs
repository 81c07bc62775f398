using System.Buffers;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PgWorkflows.Postgres.Commands;

/// <summary>
/// Reads a child's two streams as bytes: keeps the first of each, counts the rest, so that the child never meets a full pipe.
/// A server that the child has started holds the pipes open for as long as it lives, and a read that blocks in a pipe cannot be
/// called off in .NET. So on Unix one thread waits with poll(2) and can be told to leave; nothing of ours stays behind.
/// </summary>
internal sealed class OutputCapture : IDisposable
{
    private const int Keep = 64 * 1024;
    private const int PollMilliseconds = 100;

    private readonly Stream[] _streams;
    private readonly Kept[] _kept = [new(), new()];
    private readonly Task _ended;
    private volatile bool _leave;

    public OutputCapture(Stream stdout, Stream stderr)
    {
        _streams = [stdout, stderr];
        _ended = OperatingSystem.IsWindows()
            ? Task.WhenAll(Read(stdout, _kept[0]), Read(stderr, _kept[1]))
            : Task.Factory.StartNew(Drain, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Completes when both streams have ended.</summary>
    public Task Ended => _ended;

    public byte[] Stdout => _kept[0].Bytes;

    public byte[] Stderr => _kept[1].Bytes;

    public long Dropped => _kept[0].Dropped + _kept[1].Dropped;

    public void Dispose()
    {
        _leave = true;
        // The descriptors are closed when nobody reads them any more; on Windows closing them is what ends the read.
        if (OperatingSystem.IsWindows())
            Close();
        else
            _ended.ContinueWith(_ => Close(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Close()
    {
        foreach (var stream in _streams)
            stream.Dispose();
    }

    [UnsupportedOSPlatform("windows")]
    private unsafe void Drain()
    {
        const int interrupted = 4;
        const short readable = 1;
        Span<int> open = [Descriptor(_streams[0]), Descriptor(_streams[1])];
        var entries = stackalloc LibC.PollEntry[2];
        var buffer = stackalloc byte[8192];
        while (!_leave && (open[0] >= 0 || open[1] >= 0))
        {
            for (var i = 0; i < 2; i++)
                entries[i] = new() { Descriptor = open[i], Events = readable }; // poll skips negative descriptors
            if (LibC.Poll(entries, 2, PollMilliseconds) <= 0)
                continue;

            for (var i = 0; i < 2; i++)
            {
                if (open[i] < 0 || entries[i].Returned == 0)
                    continue;
                var count = LibC.Read(open[i], buffer, 8192);
                if (count > 0)
                    _kept[i].Add(new(buffer, (int)count));
                else if (count == 0 || Marshal.GetLastPInvokeError() != interrupted)
                    open[i] = -1;
            }
        }
    }

    private static int Descriptor(Stream stream) => stream switch
    {
        PipeStream pipe => (int)pipe.SafePipeHandle.DangerousGetHandle(),
        FileStream file => (int)file.SafeFileHandle.DangerousGetHandle(),
        _ => throw new NotSupportedException($"A redirected stream is a {stream.GetType().Name}; a pipe was expected."),
    };

    private static async Task Read(Stream stream, Kept kept)
    {
        var buffer = new byte[8192];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var count)
                kept.Add(buffer.AsSpan(0, count));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Closed under the read: somebody else holds the other end, and we have stopped listening.
        }
    }

    /// <summary>The first bytes of one stream, and the count of the others.</summary>
    private sealed class Kept
    {
        private readonly Lock _lock = new();
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private long _dropped;

        public byte[] Bytes
        {
            get
            {
                lock (_lock)
                    return _bytes.WrittenSpan.ToArray();
            }
        }

        public long Dropped => Interlocked.Read(ref _dropped);

        public void Add(ReadOnlySpan<byte> bytes)
        {
            var room = (int)Math.Min(bytes.Length, Keep - _bytes.WrittenCount);
            lock (_lock)
                _bytes.Write(bytes[..room]);
            Interlocked.Add(ref _dropped, bytes.Length - room);
        }
    }
}
