namespace PgWorkflows.Engine.Hosting;

/// <summary>A clock that moves only when told to: waits of hours pass at once.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;

    /// <summary>Moves the clock forward.</summary>
    public void Advance(TimeSpan span) => _now += span;

    /// <summary>Moves the clock forward to that moment; it never goes back.</summary>
    public void AdvanceTo(DateTimeOffset moment) => _now = moment > _now ? moment : _now;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;
}
