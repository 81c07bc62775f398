using PgWorkflows.Engine.Scheduling;
using Xunit;

namespace PgWorkflows.Engine.Tests;

public sealed class CronExpressionTests
{
    /// <summary>An expression, a moment, and the next one (none: never).</summary>
    public static TheoryData<string, string, string?> Rows => new()
    {
        { "0 0 6 * * *", "2026-11-22T16:00:00Z", "2026-11-23T06:00:00Z" },
        { "0 0 6 * * *", "2026-11-22T05:59:59.5Z", "2026-11-22T06:00:00Z" },
        { "*/10 * * * * *", "2026-01-01T00:00:05Z", "2026-01-01T00:00:10Z" },
        { "*/10 * * * * *", "2026-01-01T00:00:10Z", "2026-01-01T00:00:20Z" },
        { "30 15 * * * *", "2026-12-31T23:15:30Z", "2027-01-01T00:15:30Z" },
        { "*/5 * * * *", "2026-01-01T00:02:00Z", "2026-01-01T00:05:00Z" },
        { "0 0 9-17/4 * * MON-FRI", "2026-11-20T18:00:00Z", "2026-11-23T09:00:00Z" },
        { "0 0 22-2 * * *", "2026-01-01T02:30:00Z", "2026-01-01T22:00:00Z" },
        { "0 0 22-2 * * *", "2026-01-01T23:30:00Z", "2026-01-02T00:00:00Z" },
        { "0 0 0 29 FEB *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z" },
        { "0 0 0 L * *", "2026-02-10T00:00:00Z", "2026-02-28T00:00:00Z" },
        { "0 0 0 * * 5L", "2026-11-01T00:00:00Z", "2026-11-27T00:00:00Z" },
        { "0 0 0 * * 2#1", "2026-11-04T00:00:00Z", "2026-12-01T00:00:00Z" },
        { "0 0 0 * * 7", "2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z" },
        { "0 0 0 13 * FRI", "2026-11-14T00:00:00Z", "2027-08-13T00:00:00Z" },
        { "5,50 0 0 1 1,7 ?", "2026-01-01T00:00:05Z", "2026-01-01T00:00:50Z" },
        { "0 0 0 15W * *", "2026-11-01T00:00:00Z", "2026-11-16T00:00:00Z" }, // The 15th is a Sunday.
        { "0 0 0 LW * *", "2027-01-01T00:00:00Z", "2027-01-29T00:00:00Z" },
        { "0 0 0 L-3 * *", "2026-02-01T00:00:00Z", "2026-02-25T00:00:00Z" },
        { "@daily", "2026-11-22T16:00:00Z", "2026-11-23T00:00:00Z" },
        { "@every_minute", "2026-11-22T16:00:30Z", "2026-11-22T16:01:00Z" },
        { "0 0 0 31 2 *", "2026-01-01T00:00:00Z", null },
    };

    [Theory, MemberData(nameof(Rows))]
    public void The_next_moment_is_found(string expression, string after, string? next)
    {
        var found = CronExpression.Parse(expression).Next(DateTimeOffset.Parse(after, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(next is null ? null : DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture), found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* * * * JANUARY *")]
    [InlineData("* * * 0 * *")]
    [InlineData("*/0 * * * * *")]
    [InlineData("1-2-3 * * * * *")]
    [InlineData("@sometimes")]
    public void What_is_no_expression_is_refused_by_name(string expression) => Assert.Throws<FormatException>(() => CronExpression.Parse(expression));
}
