using System.Globalization;

namespace PgWorkflows.Engine.Scheduling;

/// <summary>
/// A calendar rule of six fields, in UTC: second, minute, hour, day of month, month, day of week; five fields begin with the minute.
/// Understood are *, lists, ranges, steps, names of months and days, L (the month's last day, or 5L for its last Friday) and # (2#1 for its first Tuesday).
/// </summary>
public sealed class CronExpression
{
    private const int Horizon = 366 * 8; // Leap days are at most eight years apart.

    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly bool[] _seconds;
    private readonly bool[] _minutes;
    private readonly bool[] _hours;
    private readonly bool[] _months;
    private readonly Func<DateTime, bool> _isDay;

    private CronExpression(string[] fields)
    {
        _seconds = Set(fields[0], 0, 59, []);
        _minutes = Set(fields[1], 0, 59, []);
        _hours = Set(fields[2], 0, 23, []);
        _months = Set(fields[4], 1, 12, Months);
        var (ofMonth, ofWeek) = (DayOfMonth(fields[3]), DayOfWeek(fields[5]));
        _isDay = day => ofMonth(day) && ofWeek(day);
    }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">It is not one; the message names the field.</exception>
    public static CronExpression Parse(string text)
    {
        var fields = text.ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return fields.Length switch
        {
            6 => new(fields),
            5 => new(["0", .. fields]),
            _ => throw new FormatException($"'{text}' has {fields.Length} fields; a cron expression has six: second minute hour day month weekday, such as 0 0 6 * * *"),
        };
    }

    /// <summary>The first moment after that one, or null when there is none within eight years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var from = after.UtcDateTime;
        from = new DateTime(from.Ticks - (from.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc).AddSeconds(1);
        for (var (day, tried) = (from.Date, 0); tried <= Horizon; day = day.AddDays(1), tried++)
        {
            if (!_months[day.Month] || !_isDay(day))
                continue;
            var earliest = day == from.Date ? from.TimeOfDay : TimeSpan.Zero;
            if (TimeOfDay(earliest) is { } time)
                return new DateTimeOffset(day + time, TimeSpan.Zero);
        }

        return null;
    }

    private TimeSpan? TimeOfDay(TimeSpan earliest)
    {
        for (var hour = earliest.Hours; hour < 24; hour++)
        {
            for (var minute = hour == earliest.Hours ? earliest.Minutes : 0; _hours[hour] && minute < 60; minute++)
            {
                var first = hour == earliest.Hours && minute == earliest.Minutes ? earliest.Seconds : 0;
                var second = _minutes[minute] ? Array.IndexOf(_seconds, true, first) : -1;
                if (second >= 0)
                    return new TimeSpan(hour, minute, second);
            }
        }

        return null;
    }

    private static Func<DateTime, bool> DayOfMonth(string field)
    {
        if (field == "L")
            return day => day.Day == DateTime.DaysInMonth(day.Year, day.Month);
        var days = Set(field, 1, 31, []);
        return day => days[day.Day];
    }

    private static Func<DateTime, bool> DayOfWeek(string field)
    {
        if (field.EndsWith('L') && field.Length > 1)
        {
            var last = Number(field[..^1], 0, 7, Days) % 7;
            return day => (int)day.DayOfWeek == last && day.Day + 7 > DateTime.DaysInMonth(day.Year, day.Month);
        }

        if (field.Split('#') is [var name, var nth])
        {
            var (weekday, which) = (Number(name, 0, 7, Days) % 7, Number(nth, 1, 5, []));
            return day => (int)day.DayOfWeek == weekday && ((day.Day - 1) / 7) + 1 == which;
        }

        var days = Set(field, 0, 7, Days);
        days[0] |= days[7]; // Both 0 and 7 are Sunday.
        return day => days[(int)day.DayOfWeek];
    }

    private static bool[] Set(string field, int low, int high, string[] names)
    {
        var set = new bool[high + 1];
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var whole] => (whole, 1),
                [var whole, var every] => (whole, Number(every, 1, high, [])),
                _ => throw Wrong(part, low, high),
            };
            var (from, to) = range is "*" or "?" ? (low, high) : range.Split('-') switch
            {
                [var one] => (Number(one, low, high, names), part.Contains('/', StringComparison.Ordinal) ? high : Number(one, low, high, names)),
                [var first, var last] => (Number(first, low, high, names), Number(last, low, high, names)),
                _ => throw Wrong(part, low, high),
            };

            // A range may go over the end: 22-2 are the hours of the night.
            var span = high - low + 1;
            for (var offset = 0; offset <= (to - from + span) % span; offset += step)
                set[low + ((from - low + offset) % span)] = true;
        }

        return set;
    }

    private static int Number(string text, int low, int high, string[] names)
    {
        var name = Array.IndexOf(names, text);
        if (name >= 0)
            return name + low;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
            ? number : throw Wrong(text, low, high);
    }

    private static FormatException Wrong(string text, int low, int high) => new($"'{text}' in a cron expression is not understood; it must be between {low} and {high}");
}
