using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

/// <summary>windows-services.md 1 and 2, on everything that sc was ever seen to print.</summary>
[Trait("Category", "Process")]
public sealed partial class ScOutputTests
{
    private static readonly Dictionary<string, int> StatesByWord = new()
    {
        // The captures of the PostgreSQL service carry no digit in their names; the manifest's notes say what they show.
        ["never-started"] = 1, ["start-pending"] = 2, ["running"] = 4, ["after-pause"] = 4, ["stopped"] = 1,
        ["stop-pending"] = 1, // that server was quicker than the query: the capture shows STOPPED
        ["bad-conf"] = 1, ["crashed"] = 1, ["gave-up"] = 1, ["orphan"] = 1,
    };

    // What the name does not tell: these rows show a state in passing.
    private static readonly Dictionary<string, int> StatesByName = new()
    {
        ["en/query-preshutdown.out"] = 4, ["en/query-interactive.out"] = 4, ["en/query-driver.out"] = 4,
        ["en/start-accepted.out"] = 2, ["en/stop-accepted.out"] = 3, ["en/queryex-running.out"] = 4, ["en/queryex-stopped.out"] = 1,
        ["ja/start-accepted-running.out"] = 4, ["ja/hypothetical-translated-labels.out"] = 4, ["zh-cn/start-accepted.out"] = 2,
        ["pg15-ja/ja-sc-query"] = 4, ["de/enumerate-umlaut.out"] = 1,
    };

    public static TheoryData<string> PublicSc => [.. WindowsFixture.Public.Select(f => f.Name).Where(name => !name.StartsWith("pg_ctl/", StringComparison.Ordinal))];

    public static TheoryData<string> CapturedSc =>
        [.. WindowsFixture.Captured.Where(f => ScCommand().IsMatch(f.Command)).Select(f => f.Name)];

    [Theory, MemberData(nameof(PublicSc))]
    public void Reads_what_Windows_prints_in_every_language(string name)
    {
        var fixture = WindowsFixture.Find(name);

        var output = ScOutput.Parse(fixture.Stdout, fixture.ExitCode);

        if (fixture.ExitCode == 0)
        {
            Assert.Null(output.Error);
            Assert.Equal(ExpectedState(name), (int?)output.Status);
        }
        else
        {
            Assert.Null(output.Status);
            Assert.Equal(fixture.ExitCode, output.Error);
            Assert.Equal(fixture.ExitCode, ScOutput.Parse(fixture.Stdout, fixture.ExitCode & 0xFF).Error); // a POSIX layer in between
            Assert.StartsWith(fixture.ExitCode.ToString(CultureInfo.InvariantCulture), output.Detail, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(CapturedSc))]
    public void Reads_what_was_captured(string name)
    {
        var fixture = WindowsFixture.Find(name);

        var output = ScOutput.Parse(fixture.Stdout, fixture.ExitCode);

        if (fixture.ExitCode != 0)
        {
            Assert.Null(output.Status);
            var win32 = Win32Note().Match(fixture.Note);
            Assert.Equal(fixture.Stdout.Length > 0 && win32.Success ? Number(win32.Groups[1].Value) : fixture.ExitCode, output.Error);
        }
        else
        {
            Assert.Null(output.Error);
            if (fixture.Command.Contains(" query", StringComparison.Ordinal))
                Assert.Equal(ExpectedState(name), (int?)output.Status);
            if (Win32ExitNote().Match(fixture.Note) is { Success: true } exit)
                Assert.Equal(Number(exit.Groups[1].Value), output.Win32ExitCode);
        }
    }

    [Fact]
    public void Every_row_of_every_manifest_is_tested_here_or_with_pg_ctl()
    {
        var tested = PublicSc.Count + CapturedSc.Count;

        Assert.Equal(34, WindowsFixture.Public.Count(f => f.Name.StartsWith("pg_ctl/", StringComparison.Ordinal)));
        Assert.Equal(WindowsFixture.Public.Count - 34, PublicSc.Count);
        Assert.True(tested > 100, $"{tested} rows were found");
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("SERVICE_NAME: x\r\n", 0)]
    [InlineData("        STATE              : 8  UNHEARD_OF \r\n", 0)]
    [InlineData("        STATE              : 0  STOPPED \r\n", 0)]
    [InlineData("        STATE              : 4  STOPPED \r\n", 0)] // number and name disagree
    [InlineData("        STATE              : 4  RUNNINGS \r\n", 0)]
    [InlineData("        STATE              : 4  RUNNING \r\n", 5)]
    [InlineData("        STATE              : 1  STOPPED \r\n", null)]
    [InlineData("DISPLAY_NAME: is always 4  RUNNING\r\n", 0)]
    public void In_doubt_there_is_no_status(string text, int? exitCode) =>
        Assert.Null(ScOutput.Parse(Encoding.Latin1.GetBytes(text), exitCode).Status);

    [Theory]
    [InlineData("", 1060, "1060 ERROR_SERVICE_DOES_NOT_EXIST", "1060 ERROR_SERVICE_DOES_NOT_EXIST: no service has this name; a display name is not one")]
    [InlineData("[SC] StartService FAILED 1058:\r\n", 34, "1058 ERROR_SERVICE_DISABLED", "1058 ERROR_SERVICE_DISABLED: its start type is disabled")]
    [InlineData("[SC] StartService: OpenService \u00e9chec(s) 5 :\r\n", 5, "5 ERROR_ACCESS_DENIED", "5 ERROR_ACCESS_DENIED: this account has no right to do that to the service")]
    [InlineData("[SC] StartService FAILED 9999:\r\n", 15, "error 9999", "error 9999")]
    [InlineData("", 9999, "exit code 9999", "exit code 9999")]
    [InlineData("", 1, "exit code 1", "exit code 1")] // Wine's sc says no more than that
    [InlineData("[SC] StartService FAILED 99999999999:\r\n", 7, "exit code 7", "exit code 7")]
    public void An_error_is_named_from_the_text_else_from_the_exit_code(string text, int exitCode, string reason, string detail)
    {
        var output = ScOutput.Parse(Encoding.Latin1.GetBytes(text), exitCode);

        Assert.Equal((reason, detail), (output.Reason, output.Detail));
    }

    [Fact]
    public void A_stopped_service_says_why_it_ended() =>
        Assert.Equal("1 STOPPED, ended with 1067 ERROR_PROCESS_ABORTED", ScOutput.Parse(WindowsFixture.Find("en/query-1-crashed.out").Stdout, 0).Detail);

    private static int? ExpectedState(string name) =>
        StatesByName.TryGetValue(name, out var state) ? state
        : StateInName().Match(name) is { Success: true } digit ? Number(digit.Groups[1].Value)
        : StatesByWord.TryGetValue(Path.GetFileName(name).Replace("sc-query-pg-", "", StringComparison.Ordinal), out state) ? state
        : throw new InvalidOperationException($"No expectation for {name}: add it to the tables above.");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"query(?:ex)?-([1-7])-")]
    private static partial Regex StateInName();

    [GeneratedRegex(@"Win32 (\d+)")]
    private static partial Regex Win32Note();

    [GeneratedRegex(@"WIN32_EXIT_CODE (\d+)")]
    private static partial Regex Win32ExitNote();

    [GeneratedRegex(@"(?:^wine sc|labsc\.exe"") ")]
    private static partial Regex ScCommand();
}
