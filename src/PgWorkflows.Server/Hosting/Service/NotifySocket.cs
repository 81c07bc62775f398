using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PgWorkflows.Server.Hosting.Service;

/// <summary>Tells systemd how the service does: sd_notify(3) over the socket that the unit's environment names.</summary>
internal sealed class NotifySocket(string path)
{
    /// <summary>The socket of this process; null when no systemd waits for us.</summary>
    public static NotifySocket? OfThisProcess() =>
        OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 1 } path && path[0] is '/' or '@' ? new(path) : null;

    /// <summary>The longest pause between two pings that systemd allows this process; null when it expects none.</summary>
    public static TimeSpan? WatchdogLimit()
    {
        var meant = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        if (!string.IsNullOrEmpty(meant) && meant != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            return null;
        return long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds) : null;
    }

    /// <summary>Sends lines such as <c>READY=1</c>. A systemd that does not listen is its own affair.</summary>
    public async Task SendAsync(params string[] lines)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            await socket.SendToAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)), new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        }
        catch (SocketException)
        {
            // The service goes on; systemd decides what silence means.
        }
    }
}
