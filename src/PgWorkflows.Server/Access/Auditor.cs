using PgWorkflows.Persistence.Audit;

namespace PgWorkflows.Server.Access;

/// <summary>Writes who did what. Refusals that strangers cause are bounded, so that nobody can fill the disk by being refused.</summary>
internal sealed class Auditor(AuditStore store, TimeProvider time)
{
    private const int RefusalsPerMinute = 60;
    private const int LongestField = 200;

    private readonly Lock _lock = new();
    private DateTimeOffset _minute;
    private int _refusals;

    public Task WriteAsync(HttpContext context, string action, string target, string outcome, string? detail = null, string? actor = null) => store.AddAsync(
        new(Short(actor ?? Caller.Of(context.User)?.Name ?? "(nobody)"), AddressOf(context), action, Short(target), outcome, detail is null ? null : Short(detail)),
        CancellationToken.None); // What was done is written even when whoever did it has gone.

    public async Task RefusedAsync(HttpContext context, string why, string? actor = null)
    {
        if (Count() is <= RefusalsPerMinute and var number)
        {
            await WriteAsync(context, "refused", $"{context.Request.Method} {context.Request.Path}", "refused",
                number == RefusalsPerMinute ? $"{why} (more of this minute are not written)" : why, actor);
        }
    }

    public static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "local";

    private int Count()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now - _minute > TimeSpan.FromMinutes(1))
                (_minute, _refusals) = (now, 0);
            return ++_refusals;
        }
    }

    private static string Short(string text) => text.Length <= LongestField ? text : text[..LongestField] + "…";
}
