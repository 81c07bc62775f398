using Elsa.Common;

namespace PgWorkflows.Elsa.Tests;

/// <summary>One clock for Elsa and for us, that stands still until a test moves it.</summary>
internal sealed class Clock : TimeProvider, ISystemClock
{
    public DateTimeOffset UtcNow { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => UtcNow;
}
