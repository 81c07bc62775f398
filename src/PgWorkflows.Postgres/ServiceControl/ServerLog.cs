using System.Text;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>The end of a server's log: what a start that failed has written there.</summary>
internal sealed class ServerLog
{
    private const int MaxBytes = 16 * 1024;
    private const int MaxLines = 6;
    private readonly string _file;
    private readonly long _length;

    private ServerLog(string file, long length) => (_file, _length) = (file, length);

    /// <summary>Remembers how long the log is before something is written.</summary>
    public static ServerLog AsItIsNow(string file) => new(file, File.Exists(file) ? new FileInfo(file).Length : 0);

    /// <summary>The last lines that came since, in one line; empty when there are none or they cannot be read.</summary>
    public string Since()
    {
        try
        {
            using var stream = new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = Math.Max(Math.Min(_length, stream.Length), stream.Length - MaxBytes);
            var bytes = new byte[MaxBytes];
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var lines = Encoding.UTF8.GetString(bytes, 0, count).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return OutputText.OneLine(string.Join('\n', lines.TakeLast(MaxLines)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // The failure itself is told all the same.
        }
    }
}
