using Cronos;
using Rule = Cronos.CronExpression;

namespace PgWorkflows.Engine.Scheduling;

/// <summary>
/// A calendar rule as Elsa's <c>Elsa.Cron</c> has it: Cronos' syntax of six fields (second, minute, hour, day of month, month, day of week), in UTC;
/// five fields begin with the minute, and macros such as <c>@daily</c> are known.
/// </summary>
public sealed class CronExpression
{
    private readonly Rule _rule;

    private CronExpression(Rule rule) => _rule = rule;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">It is not one; the message names the field.</exception>
    public static CronExpression Parse(string text)
    {
        if (text.Length > 200)
            throw new FormatException($"a cron expression has at most 200 characters, this one {text.Length}");
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length;
        if (fields is not (5 or 6) && !text.TrimStart().StartsWith('@'))
            throw new FormatException($"'{text}' has {fields} fields; a cron expression has six: second minute hour day month weekday, such as 0 0 6 * * *");
        try
        {
            return new(Rule.Parse(text, fields == 5 ? CronFormat.Standard : CronFormat.IncludeSeconds));
        }
        catch (CronFormatException e)
        {
            throw new FormatException($"'{text}': {e.Message}", e);
        }
    }

    /// <summary>The first moment after that one, or null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _rule.GetNextOccurrence(after, TimeZoneInfo.Utc);
}
