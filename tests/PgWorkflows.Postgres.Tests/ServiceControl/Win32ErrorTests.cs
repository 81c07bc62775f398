using System.Globalization;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

public sealed class Win32ErrorTests
{
    [Fact]
    public void The_documented_table_is_the_one_that_is_used() =>
        Assert.Equal(
            Win32Error.All.Select(error => string.Create(CultureInfo.InvariantCulture, $"| {error.Number} | `{error.Name}` | {error.Meaning} |")),
            File.ReadLines(Path.Combine(AppContext.BaseDirectory, "windows.md"))
                .SkipWhile(line => line != "| number | name | meaning |").Skip(2).TakeWhile(line => line.StartsWith('|')));

    [Theory]
    [InlineData(5), InlineData(1053), InlineData(1056), InlineData(1058), InlineData(1060), InlineData(1061), InlineData(1062), InlineData(1068), InlineData(1069)]
    public void What_operators_meet_has_a_name(int number) => Assert.NotNull(Win32Error.Find(number));
}
