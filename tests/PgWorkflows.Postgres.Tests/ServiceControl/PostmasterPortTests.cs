using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

/// <summary>actions.md, decision 10: every spelling, the last one wins, never a wrong port.</summary>
[Trait("Category", "Process")]
public sealed class PostmasterPortTests
{
    public static TheoryData<string, int?> CommandLines => new()
    {
        { """/usr/lib/postgresql/15/bin/postgres "-D" "/data" "-p" "5433" """, 5433 },
        { "/usr/lib/postgresql/15/bin/postgres '-D' '/data' '-p' '5433'", 5433 },
        { "/usr/bin/postgres -D /data -p 5433", 5433 },
        { "/usr/bin/postgres -D /data -p5433", 5433 },
        { """/usr/bin/postgres "-p5433" """, 5433 },
        { """/usr/bin/postgres "--port=5433" """, 5433 },
        { """/usr/bin/postgres "--PORT=5433" """, 5433 },
        { """/usr/bin/postgres "--port" "5433" """, null }, // postgres refuses it: --port requires a value
        { """/usr/bin/postgres "-c" "port=5433" """, 5433 },
        { """/usr/bin/postgres "-cport=5433" """, 5433 },
        { """/usr/bin/postgres "-ip5433" """, 5433 },
        { """/usr/bin/postgres "-p" "1111" "-c" "port=2222" "--port=3333" """, 3333 },
        { """/usr/bin/postgres "-p" "1111" "-c" "port=2222" """, 2222 },
        { """/usr/bin/postgres "-D" "/data" """, null },
        { """/usr/bin/postgres "-D" "/a -p 99/data" """, null },
        { """/usr/bin/postgres "-D" "-p" "-h" "99" """, null },
        { """/usr/bin/postgres "-D" "/日本 語/it's "data"" "-p" "5433" """, 5433 },
        { """/opt/my "-p" "99"/bin/postgres "-D" "/data" "-p" "5433" """, 5433 },
        { """/opt/-p 99/bin/postgres "-D" "/data" """, null },
        { """/usr/bin/postgres "-c" "search_path=port=99" """, null },
        { """/usr/bin/postgres "-c" "cluster_name=-p 99" "-p" "5433" """, 5433 },
        { """/usr/bin/postgres "-o" "-p 99" """, null },
        { """/usr/bin/postgres "-h" "--port=99" """, null },
        { """/usr/bin/postgres "--" "-p" "99" """, null },
        { """/usr/bin/postgres "-p" "0" """, null },
        { """/usr/bin/postgres "-p" "70000" """, null },
        { """/usr/bin/postgres "-p" "05433" """, null }, // octal to the server
        { """/usr/bin/postgres "-p" "0x1539" """, null },
        { """/usr/bin/postgres "-p" "5433" "-p" "0x1540" """, null },
        { """/usr/bin/postgres "-p" """, null },
        { """/usr/bin/postgres "-Y" "-p" "5433" """, null },
        { """/usr/bin/postgres "--single" "-p" "5433" """, null },
        { """/usr/bin/postgres "-p" "5433""", null }, // cut off
        { """C:/Program Files/PostgreSQL/15/bin/postgres.exe "-D" "C:\Program Files\PostgreSQL\15\data\" "-p" "55477" """, 55477 },
        { "/usr/bin/something \"-p\" \"5433\"", null },
        { "", null },
    };

    [Theory, MemberData(nameof(CommandLines))]
    public void Reads_the_port_as_the_server_did(string commandLine, int? port) =>
        Assert.Equal(port, PostmasterPort.Find($"pg_ctl: server is running (PID: 4711)\n{commandLine.TrimEnd()}\n"));

    [Fact]
    public void Old_servers_say_that_a_command_line_follows() =>
        Assert.Equal(5433, PostmasterPort.Find("pg_ctl: postmaster is running (PID: 1)\nCommand line was:\n/usr/bin/postmaster '-p' '5433'\n"));

    [Theory]
    [InlineData("")]
    [InlineData("pg_ctl: no server running\n")]
    [InlineData("pg_ctl: single-user server is running (PID: 4711)\n")]
    [InlineData("/usr/bin/postgres \"-p\" \"5433\"\n")]
    [InlineData("pg_ctl: server is running (PID: 4711)")]
    public void Without_a_server_and_its_command_line_there_is_no_port(string output) => Assert.Null(PostmasterPort.Find(output));

    public static TheoryData<string> PgCtlFixtures =>
    [
        .. WindowsFixture.Public.Where(f => f.Name.StartsWith("pg_ctl/", StringComparison.Ordinal)).Select(f => f.Name),
        .. WindowsFixture.Captured.Where(f => f.Command.Contains("pg_ctl.exe\" status", StringComparison.Ordinal)).Select(f => f.Name),
    ];

    [Theory, MemberData(nameof(PgCtlFixtures))]
    public void Reads_what_pg_ctl_of_Windows_printed(string name)
    {
        var fixture = WindowsFixture.Find(name);
        int? expected = !name.EndsWith("-p", StringComparison.Ordinal) || name.EndsWith("no-p", StringComparison.Ordinal) ? null
            : name.StartsWith("pg15-ja/", StringComparison.Ordinal) ? 55451 : 55477;

        var text = Encoding.Latin1.GetString(fixture.Stdout);

        Assert.Equal(expected, PostmasterPort.Find(text));
        if (expected is not null)
            Assert.Contains($"\"{expected}\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_command_line_gives_the_port_that_its_last_port_option_says()
    {
        // Options as pairs of what is written and what it does to the port.
        var port = Gen.Choose(1, 65535);
        var word = Gen.Elements("/data", "/a b", "-p 99", "--port=99", "-p", "it's", "日本語", "a\\", "x=\"y\"", "port=99", "");
        var option = Gen.OneOf(
            port.Select(p => (Words: new[] { "-p", $"{p}" }, Port: (int?)p)),
            port.Select(p => (Words: new[] { $"-p{p}" }, Port: (int?)p)),
            port.Select(p => (Words: new[] { "-c", $"port={p}" }, Port: (int?)p)),
            port.Select(p => (Words: new[] { $"-cport={p}" }, Port: (int?)p)),
            port.Select(p => (Words: new[] { $"--port={p}" }, Port: (int?)p)),
            port.Select(p => (Words: new[] { "-iFp", $"{p}" }, Port: (int?)p)),
            Gen.Elements("D", "h", "k", "N", "B").SelectMany(letter => word.Select(w => (Words: new[] { $"-{letter}", w }, Port: (int?)null))),
            word.Select(w => (Words: new[] { "-c", $"cluster_name={w}" }, Port: (int?)null)),
            word.Select(w => (Words: new[] { $"--search-path={w}" }, Port: (int?)null)),
            Gen.Elements("-i", "-F", "-l", "-e").Select(w => (Words: new[] { w }, Port: (int?)null)));

        var property = Prop.ForAll(option.ListOf().ToArbitrary(), Gen.Elements('"', '\'').ToArbitrary(), (options, quote) =>
        {
            var words = options.SelectMany(o => o.Words).ToList();
            var line = string.Concat(words.Select(w => $" {quote}{w}{quote}"));
            var expected = options.Select(o => o.Port).LastOrDefault(p => p is not null);
            return PostmasterPort.Find($"pg_ctl: server is running (PID: 1)\n/opt/it's here/bin/postgres{line}\n") == expected;
        });

        property.Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
