using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime.Delivery;

/// <summary>The syslog of a Unix without a journal, as libc's syslog() speaks it on /dev/log; what the journal has as fields follows the text in brackets.</summary>
public sealed class SyslogChannel(string socketPath = SyslogChannel.SocketPath) : IEventChannel
{
    /// <summary>Where the syslog daemon listens.</summary>
    public const string SocketPath = "/dev/log";

    private const int Daemon = 3;

    /// <inheritdoc/>
    public string Name => "syslog";

    /// <inheritdoc/>
    public async Task DeliverAsync(EventFacts logged, CancellationToken cancellationToken)
    {
        var line = Encoding.UTF8.GetBytes(Line(logged));
        var daemon = new UnixDomainSocketEndPoint(socketPath);
        try
        {
            using var datagram = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            await datagram.SendToAsync(line, daemon, cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ProtocolType)
        {
            // Some daemons listen for streams, where a line ends with NUL.
            using var stream = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await stream.ConnectAsync(daemon, cancellationToken);
            await stream.SendAsync((byte[])[.. line, 0], cancellationToken);
        }
    }

    internal static string Line(EventFacts logged) => string.Create(CultureInfo.InvariantCulture,
        $"<{(Daemon * 8) + EventLine.Priority(logged)}>{logged.Timestamp.ToLocalTime():MMM} {logged.Timestamp.ToLocalTime().Day,2} {logged.Timestamp.ToLocalTime():HH:mm:ss} {EventLine.Identifier}[{Environment.ProcessId}]: {EventLine.Of(logged).ReplaceLineEndings(" ")} [pgworkflows event=\"{logged.Id}\" resource=\"{logged.Resource}\" number=\"{logged.Number}\" run=\"{logged.RunId}\"]");
}
