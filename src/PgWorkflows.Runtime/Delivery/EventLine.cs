using System.Globalization;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Runtime.Delivery;

/// <summary>What all system logs have in common: the number leads the text, and there are two severities.</summary>
internal static class EventLine
{
    public const string Source = "PgWorkflows";

    public const string Identifier = "pgworkflows";

    public static string Of(EventFacts logged) => string.Create(CultureInfo.InvariantCulture, $"{logged.Id}: {logged.Text}");

    public static bool IsError(EventFacts logged) => logged.Severity == nameof(EventSeverity.Error);

    /// <summary>Syslog's words for it: 3 is an error, 6 information.</summary>
    public static int Priority(EventFacts logged) => IsError(logged) ? 3 : 6;
}
