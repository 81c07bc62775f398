using System.Globalization;
using System.Text;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>
/// postmaster.pid, read only: it is never moved or deleted here, since a server that loses it shuts itself down. It is written
/// piece by piece, so anything after the first line may be missing.
/// </summary>
/// <param name="Pid">Line 1; negative for a single-user server.</param>
/// <param name="DataDirectory">Line 2.</param>
/// <param name="StartTime">Line 3, when the server began.</param>
/// <param name="Port">Line 4.</param>
/// <param name="SharedMemory">The id in line 7: the System V segment by which a server knows that processes of the one before are still there. Not on Windows.</param>
/// <param name="Status">Line 8: <c>starting</c>, <c>stopping</c>, <c>ready</c> or <c>standby</c>; written after the sockets are bound.</param>
public sealed record PostmasterPidFile(int Pid, string? DataDirectory, DateTimeOffset? StartTime, int? Port, int? SharedMemory, string? Status)
{
    private const int MaximumLength = 16 * 1024;

    /// <summary>Reads the file of a data directory; null when there is none, or none that can be read.</summary>
    public static PostmasterPidFile? Read(string dataDirectory)
    {
        try
        {
            using var file = new FileStream(
                Path.Combine(dataDirectory, "postmaster.pid"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[MaximumLength];
            return Parse(bytes.AsSpan(0, file.ReadAtLeast(bytes, MaximumLength, throwOnEndOfStream: false)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the lines; null without a pid in the first.</summary>
    public static PostmasterPidFile? Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        if (Number(Line(0)) is not { } pid || pid is 0 or < -int.MaxValue or > int.MaxValue)
            return null;
        return new(
            (int)pid,
            Line(1),
            Number(Line(2)) is { } seconds and > 0 and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
            Number(Line(3)) is { } port and > 0 and <= 65535 ? (int)port : null,
            Number(Line(6)?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1]) is { } id and >= 0 and <= int.MaxValue ? (int)id : null,
            Line(7));

        string? Line(int index) => index < lines.Length && lines[index].Trim() is { Length: > 0 } text ? text : null;
    }

    /// <summary>Both name the same start of a server.</summary>
    public bool IsSameServerAs(PostmasterPidFile? other) => other is not null && (Pid, StartTime) == (other.Pid, other.StartTime);

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
