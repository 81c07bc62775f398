using System.Buffers.Binary;
using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Probes;

/// <summary>Whether the server that answers is the resource's, and how that is known.</summary>
/// <param name="IsOther">It is another one, surely. False is not proof of the opposite: <paramref name="Evidence"/> may be "unknown".</param>
/// <param name="Evidence">By what it was told.</param>
internal sealed record ServerIdentity(bool IsOther, string Evidence)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>Compares what the server says with the data directory. One contradiction is enough; agreement is counted up.</summary>
    public static ServerIdentity Of(Resource resource, ServerClaim? claim, PostmasterSight sight)
    {
        if (sight.IsGone)
            return new(true, $"no postmaster of {resource.DataDirectory} is alive ({sight.Process.Detail})");
        var agreed = new List<string>();
        foreach (var (name, other) in new (string, string?)[]
        {
            ("postmaster.pid", OtherPort(resource, sight)),
            ("system identifier", OtherSystem(resource, claim)),
            ("data directory", OtherDirectory(resource, claim)),
            ("start time", OtherStart(claim, sight)),
        })
        {
            if (other is { Length: > 0 })
                return new(true, other);
            if (other is not null)
                agreed.Add(name);
        }

        return new(false, agreed.Count > 0 ? string.Join(", ", agreed) : "unknown");
    }

    // Each: null when it cannot be told, "" when it agrees, else the contradiction.

    private static string? OtherPort(Resource resource, PostmasterSight sight) =>
        !sight.IsAlive || sight.File?.Port is not { } port ? null
        : port == resource.Port ? ""
        : string.Create(CultureInfo.InvariantCulture, $"postmaster.pid says that the server of {resource.DataDirectory} has port {port}, and who answers has port {resource.Port}");

    private static string? OtherSystem(Resource resource, ServerClaim? claim) =>
        claim?.SystemIdentifier is not { } theirs || Identifier(resource.DataDirectory) is not { } ours ? null
        : theirs == ours ? ""
        : string.Create(CultureInfo.InvariantCulture, $"its system identifier is {theirs}, that of {resource.DataDirectory} is {ours}");

    // A path means the same on both sides only where both see it; in a container it may not be there at all.
    private static string? OtherDirectory(Resource resource, ServerClaim? claim)
    {
        if (claim?.DataDirectory is not { } theirs || !Directory.Exists(theirs) || !Directory.Exists(resource.DataDirectory))
            return null;
        var same = OperatingSystem.IsWindows()
            ? string.Equals(Path.TrimEndingDirectorySeparator(Path.GetFullPath(theirs)), Path.TrimEndingDirectorySeparator(Path.GetFullPath(resource.DataDirectory)), StringComparison.OrdinalIgnoreCase)
            : LibC.Stat(theirs) is { } one && LibC.Stat(resource.DataDirectory) is { } two && one.IsSameFileAs(two);
        return same ? "" : $"its data directory is {theirs}, not {resource.DataDirectory}";
    }

    // Both are notes of one moment by one clock, so a clock that was set later does not matter.
    private static string? OtherStart(ServerClaim? claim, PostmasterSight sight) =>
        !sight.IsAlive || claim?.StartTime is not { } theirs || sight.File?.StartTime is not { } ours ? null
        : (theirs - ours).Duration() <= Tolerance ? ""
        : string.Create(CultureInfo.InvariantCulture, $"it began at {theirs:u}, postmaster.pid says {ours:u}");

    /// <summary>The first eight bytes of global/pg_control, in the byte order of the machine that both run on.</summary>
    private static ulong? Identifier(string dataDirectory)
    {
        try
        {
            using var file = new FileStream(Path.Combine(dataDirectory, "global", "pg_control"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> bytes = stackalloc byte[8];
            if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                return null;
            return BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
