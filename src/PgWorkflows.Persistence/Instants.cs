namespace PgWorkflows.Persistence;

/// <summary>Times in the database: microseconds since 1970 UTC, eight bytes that sort.</summary>
internal static class Instants
{
    public static long ToMicroseconds(this DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static long? ToMicroseconds(this DateTimeOffset? time) => time?.ToMicroseconds();

    public static DateTimeOffset ToInstant(this long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset? ToInstant(this long? microseconds) => microseconds?.ToInstant();
}
