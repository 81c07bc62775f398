using System.Text;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

[Trait("Category", "Process")]
public sealed class PostmasterPidFileTests
{
    [Fact]
    public void Reads_all_lines()
    {
        var file = Parse("4711\n/data\n1795340659\n5433\n/tmp\n127.0.0.1\n   123 45\nready   \n");

        Assert.Equal(new(4711, "/data", DateTimeOffset.FromUnixTimeSeconds(1795340659), 5433, 45, "ready"), file);
    }

    [Fact]
    public void The_later_lines_are_written_later()
    {
        Assert.Equal(new(4711, "/data", DateTimeOffset.FromUnixTimeSeconds(1), null, null, null), Parse("4711\n/data\n1\n"));
        Assert.Equal(new(4711, null, null, null, null, null), Parse("4711"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("abc\n/data\n")]
    [InlineData("0\n")]
    [InlineData("99999999999999\n")]
    [InlineData("4711x\n")]
    public void Without_a_pid_it_says_nothing(string text) => Assert.Null(Parse(text));

    [Fact]
    public void A_single_user_server_has_a_negative_pid() => Assert.Equal(-4711, Parse("-4711\n/data\n1\n0\n")?.Pid);

    [Theory]
    [InlineData("70000")]
    [InlineData("-1")]
    [InlineData("port")]
    public void An_impossible_port_is_none(string port) => Assert.Null(Parse($"1\n/data\n1\n{port}\n")?.Port);

    [Theory]
    [InlineData("pg15")]
    [InlineData("pg18")]
    public void Reads_what_Windows_wrote(string folder)
    {
        var file = PostmasterPidFile.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "windows", "captured", folder, "postmaster.pid-p")));

        Assert.Equal((55477, "ready"), (file?.Port, file?.Status));
    }

    [Fact]
    public void A_folder_without_one_has_none() => Assert.Null(PostmasterPidFile.Read("/nowhere"));

    [Fact]
    public void A_programs_name_with_brackets_does_not_confuse_its_state()
    {
        var stat = ProcessStat.Parse("4711 (a) Z (b) S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 1 2");

        Assert.Equal((4711, 'S', 1, 12345UL, "a) Z (b"), (stat!.Pid, stat.State, stat.Parent, stat.StartTicks, stat.Name));
    }

    private static PostmasterPidFile? Parse(string text) => PostmasterPidFile.Parse(Encoding.UTF8.GetBytes(text));
}
