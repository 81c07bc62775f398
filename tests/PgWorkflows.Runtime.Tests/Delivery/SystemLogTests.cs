using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Runtime.Delivery;
using Xunit;

namespace PgWorkflows.Runtime.Tests.Delivery;

public sealed class SystemLogTests : IDisposable
{
    private static readonly EventFacts Stopped = new(
        7, "0123456789abcdef", "main", 113544, "Error", "The quickchk action failed.\nThe service [main] is not running.", new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));

    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-log-").FullName;

    private string SocketPath => Path.Combine(_folder, "socket");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_journal_gets_the_number_as_a_field_and_a_text_that_may_have_lines()
    {
        using var journald = Listen(SocketType.Dgram);

        await new JournalChannel(SocketPath).DeliverAsync(Stopped, Token);

        var fields = Fields(await ReceiveAsync(journald));
        Assert.Equal("113544: The quickchk action failed.\nThe service [main] is not running.", fields["MESSAGE"]);
        Assert.Equal(("113544", "main", "0123456789abcdef", "3"), (fields["PGWORKFLOWS_EVENT"], fields["PGWORKFLOWS_RESOURCE"], fields["PGWORKFLOWS_RUN"], fields["PRIORITY"]));
        Assert.Equal(("5d1e0c4b7a8f4f0e9b2c60f10001bb88", "7", "pgworkflows"), (fields["MESSAGE_ID"], fields["PGWORKFLOWS_NUMBER"], fields["SYSLOG_IDENTIFIER"]));
    }

    [Theory]
    [InlineData(SocketType.Dgram)]
    [InlineData(SocketType.Stream)]
    public async Task Syslog_gets_one_line_with_the_number_in_front(SocketType kind)
    {
        using var daemon = Listen(kind);

        await new SyslogChannel(SocketPath).DeliverAsync(Stopped, Token);

        using var source = kind == SocketType.Stream ? await daemon.AcceptAsync(Token) : null;
        var line = Encoding.UTF8.GetString(await ReceiveAsync(source ?? daemon)).TrimEnd('\0');
        Assert.Matches("""^<27>[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} pgworkflows\[[0-9]+\]: 113544: The quickchk action failed\. The service \[main\] is not running\. \[pgworkflows event="113544" resource="main" number="7" run="0123456789abcdef"\]$""", line);
    }

    [Fact]
    public async Task A_journal_that_is_not_there_is_a_failure_that_says_so() =>
        await Assert.ThrowsAnyAsync<SocketException>(() => new JournalChannel(SocketPath).DeliverAsync(Stopped, Token));

    [Fact]
    public void Every_number_of_the_catalogue_has_a_record_id_of_its_own_on_Windows()
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsLinux())
        {
#pragma warning disable CA1416 // The mapping is arithmetic, it needs no Windows.
            var ids = EventCatalogue.All.Select(message => WindowsEventLog.RecordId(message.Id)).ToList();
            Assert.Equal(ids.Count, ids.Distinct().Count());
            Assert.All(ids, id => Assert.InRange(id, 2u, 65535u));
            Assert.Equal(3544u, WindowsEventLog.RecordId(113544));
            Assert.Equal(1u, WindowsEventLog.RecordId(42));
#pragma warning restore CA1416
        }
    }

    [Fact]
    public void Channels_are_switched_by_name_and_mistakes_are_told()
    {
        Assert.Empty(Read(out var none, ("journal", "false"), ("syslog", "false")));
        Assert.Empty(none);
        Assert.Equal(["journal", "syslog"], Read(out _, ("journal", "true"), ("syslog", "true")).Select(channel => channel.Name));
        Read(out var problems, ("journal", "maybe"), ("jurnal", "true"), ("eventLog", "true"));

        Assert.Equal(
            ["PgWorkflows:Events:jurnal is unknown", "PgWorkflows:Events:journal is 'maybe'", "PgWorkflows:Events:eventLog does not exist on this platform"],
            problems.Select(wrong => $"{wrong.Key} {wrong.Problem}"));
    }

    private static IReadOnlyList<IEventChannel> Read(out List<(string Key, string Problem, string Cure)> problems, params (string Key, string Value)[] settings) =>
        EventChannels.Read(new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create($"{EventChannels.Section}:{setting.Key}", (string?)setting.Value))).Build(), problems = []);

    private Socket Listen(SocketType kind)
    {
        var socket = new Socket(AddressFamily.Unix, kind, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(SocketPath));
        if (kind == SocketType.Stream)
            socket.Listen();
        return socket;
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[65536];
        return buffer[..await socket.ReceiveAsync(buffer, Token)];
    }

    private static Dictionary<string, string> Fields(ReadOnlySpan<byte> datagram)
    {
        var fields = new Dictionary<string, string>();
        while (datagram.Length > 0)
        {
            var end = datagram.IndexOf((byte)'\n');
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(datagram[(end + 1)..]);
            fields.Add(Encoding.ASCII.GetString(datagram[..end]), Encoding.UTF8.GetString(datagram.Slice(end + 9, length)));
            Assert.Equal((byte)'\n', datagram[end + 9 + length]);
            datagram = datagram[(end + 10 + length)..];
        }

        return fields;
    }
}
