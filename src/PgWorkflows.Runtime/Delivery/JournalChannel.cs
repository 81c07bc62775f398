using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime.Delivery;

/// <summary>systemd's journal, in its native protocol: a datagram of named fields (docs/service.md lists ours).</summary>
public sealed class JournalChannel(string socketPath = JournalChannel.SocketPath) : IEventChannel
{
    /// <summary>Where journald listens.</summary>
    public const string SocketPath = "/run/systemd/journal/socket";

    /// <inheritdoc/>
    public string Name => "journal";

    /// <inheritdoc/>
    public async Task DeliverAsync(EventFacts logged, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        await socket.SendToAsync(Datagram(logged), new UnixDomainSocketEndPoint(socketPath), cancellationToken);
    }

    /// <summary>The id that <c>journalctl MESSAGE_ID=</c> finds all events of one number by: fixed, with the number in its last eight digits.</summary>
    public static string MessageId(int number) => "5d1e0c4b7a8f4f0e9b2c60f1" + number.ToString("x8", CultureInfo.InvariantCulture);

    internal static byte[] Datagram(EventFacts logged)
    {
        using var fields = new MemoryStream();
        Add("MESSAGE", EventLine.Of(logged));
        Add("MESSAGE_ID", MessageId(logged.Id));
        Add("PRIORITY", Digits(EventLine.Priority(logged)));
        Add("SYSLOG_IDENTIFIER", EventLine.Identifier);
        Add("PGWORKFLOWS_EVENT", Digits(logged.Id));
        Add("PGWORKFLOWS_SEVERITY", logged.Severity);
        Add("PGWORKFLOWS_RESOURCE", logged.Resource);
        Add("PGWORKFLOWS_NUMBER", Digits(logged.Number));
        Add("PGWORKFLOWS_TIME", logged.Timestamp.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        if (logged.RunId is { } run)
            Add("PGWORKFLOWS_RUN", run);
        return fields.ToArray();

        // A value with a line break is told with its length; all values may be.
        void Add(string name, string value)
        {
            var bytes = Encoding.UTF8.GetBytes(value);
            fields.Write(Encoding.ASCII.GetBytes(name + "\n"));
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
            fields.Write(length);
            fields.Write(bytes);
            fields.WriteByte((byte)'\n');
        }
    }

    private static string Digits(long number) => number.ToString(CultureInfo.InvariantCulture);
}
