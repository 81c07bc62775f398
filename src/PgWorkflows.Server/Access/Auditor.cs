using System.Data.Common;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Access;

/// <summary>Writes who did what. Refusals that strangers cause are bounded, so that nobody can fill the disk by being refused.</summary>
internal sealed partial class Auditor(AuditStore store, Installation installation, TimeProvider time, ILogger<Auditor> log)
{
    private const int RefusalsPerMinute = 60;
    private const int LongestField = 200;

    private readonly Lock _lock = new();
    private DateTimeOffset _minute;
    private int _refusals;

    public async Task WriteAsync(HttpContext context, string action, string target, string outcome, string? detail = null, string? actor = null)
    {
        var entry = new AuditEntry(Short(actor ?? Caller.Of(context.User)?.Name ?? "(nobody)"), AddressOf(context), action, Short(target), outcome, detail is null ? null : Short(detail));
        try
        {
            await store.AddAsync(entry, CancellationToken.None); // What was done is written even when whoever did it has gone.
        }
        catch (DbException e) when (installation.Database.Health.Explains(e))
        {
            Log.NotInHistory(log, entry); // Changes fail before they come here; this is somebody who signs in to see what is wrong.
        }
    }

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

    private static partial class Log
    {
        [LoggerMessage(1003, LogLevel.Warning, "The audit cannot be written to the history: {Entry}")]
        public static partial void NotInHistory(ILogger log, AuditEntry entry);
    }

    private static string Short(string text) => text.Length <= LongestField ? text : text[..LongestField] + "…";
}
