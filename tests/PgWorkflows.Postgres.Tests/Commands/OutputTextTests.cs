using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Postgres.Tests.Commands;

/// <summary>actions.md, decision 4.</summary>
[Trait("Category", "Process")]
public sealed class OutputTextTests
{
    [Theory]
    [InlineData("one\r\ntwo\n\n", "", "one | two")]
    [InlineData("", "  error  \n", "error")]
    [InlineData("out", "err", "out | err")]
    [InlineData("a\u001b[31mb\u0000\u0007", "", "a[31mb")]
    [InlineData("a\tb", "", "a b")]
    [InlineData("", "", "")]
    public void Lines_are_joined_and_control_characters_go(string stdout, string stderr, string expected) =>
        Assert.Equal(expected, OutputText.OneLine(stdout, stderr));

    [Fact]
    public void A_text_of_2000_characters_is_whole_and_a_longer_one_ends_in_an_ellipsis()
    {
        Assert.Equal(new string('x', 2000), OutputText.OneLine(new string('x', 2000)));
        Assert.Equal(new string('x', 1999) + "…", OutputText.OneLine(new string('x', 2001)));
    }

    [Fact]
    public void The_cut_never_halves_a_character()
    {
        var text = new string('x', 1998) + "😀😀";

        var cut = OutputText.OneLine(text);

        Assert.Equal(new string('x', 1998) + "…", cut);
    }

    [Theory]
    [InlineData("/usr/lib/postgresql/15/bin/pg_ctl", "pg_ctl status -D /data")]
    [InlineData("pg_ctl.exe", "pg_ctl status -D /data")]
    public void A_command_is_shown_without_its_directory(string program, string expected) =>
        Assert.Equal(expected, new Command(program, "status", "-D", "/data").Display);
}
