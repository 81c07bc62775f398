using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime.Delivery;

/// <summary>The Application log of Windows, under the source that <c>pgw service install</c> registers.</summary>
[SupportedOSPlatform("windows")]
public sealed partial class WindowsEventLog : IEventChannel
{
    private const ushort ErrorType = 0x0001;
    private const ushort InformationType = 0x0004;

    /// <summary>A record's id has 16 bits, an event's number does not fit: the last four digits are the id, 113544 is 3544.</summary>
    private const int Offset = 110000;

    /// <summary>The source's name.</summary>
    public const string Source = EventLine.Source;

    /// <inheritdoc/>
    public string Name => "eventLog";

    /// <inheritdoc/>
    public Task DeliverAsync(EventFacts logged, CancellationToken cancellationToken)
    {
        var source = RegisterEventSource(null, Source);
        if (source == 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        try
        {
            if (!ReportEvent(source, EventLine.IsError(logged) ? ErrorType : InformationType, 0, RecordId(logged.Id), 0, 1, 0, [EventLine.Of(logged)], 0))
                throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = DeregisterEventSource(source);
        }

        return Task.CompletedTask;
    }

    /// <summary>The id of a record for an event's number; 1 for numbers that are not of the catalogue's range.</summary>
    public static uint RecordId(int number) => number is > Offset and <= Offset + ushort.MaxValue ? (uint)(number - Offset) : 1;

    [LibraryImport("advapi32", EntryPoint = "RegisterEventSourceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint RegisterEventSource(string? server, string source);

    [LibraryImport("advapi32", EntryPoint = "ReportEventW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ReportEvent(
        nint source, ushort type, ushort category, uint id, nint user, ushort texts, uint dataLength, string[] strings, nint data);

    [LibraryImport("advapi32", EntryPoint = "DeregisterEventSource", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool DeregisterEventSource(nint source);
}
