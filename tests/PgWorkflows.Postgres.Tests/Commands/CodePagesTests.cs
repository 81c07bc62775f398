using System.Text;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Tests.ServiceControl;

namespace PgWorkflows.Postgres.Tests.Commands;

/// <summary>windows-services.md 3: bytes decide, text is for people.</summary>
[Trait("Category", "Process")]
public sealed class CodePagesTests
{
    [Theory]
    [InlineData("ja/query-missing.out", 932, "指定されたサービスはインストールされたサービスとして存在しません。")]
    [InlineData("de/query-missing.out", 850, "Der angegebene Dienst ist kein installierter Dienst.")]
    [InlineData("ru/stop-stopped.out", 866, "Служба не запущена.")]
    [InlineData("zh-cn/start-running.out", 936, "服务的实例已在运行中。")]
    public void What_sc_says_in_a_code_page_can_be_read(string fixture, int page, string sentence)
    {
        var result = new CommandResult { Command = "", ExitCode = 1, CodePage = CodePages.Find(page), StdoutBytes = WindowsFixture.Find(fixture).Stdout };

        Assert.Contains(sentence, result.Output, StringComparison.Ordinal);
        Assert.Contains(sentence, (result with { StdoutBytes = Encoding.Convert(CodePages.Find(page)!, Encoding.UTF8, result.StdoutBytes.ToArray()) }).Output, StringComparison.Ordinal); // after chcp 65001
    }

    [Fact]
    public void A_character_that_was_cut_at_the_end_does_not_make_UTF_8_something_else() =>
        Assert.Equal("größe", CodePages.Decode(Encoding.UTF8.GetBytes("größe日").AsSpan()[..^1], CodePages.Find(850)));

    [Fact]
    public void Without_a_code_page_what_cannot_be_read_is_marked() => Assert.Equal("a\uFFFDb", CodePages.Decode([(byte)'a', 0xFF, (byte)'b'], null));

    [Fact]
    public void A_page_that_is_none_is_none() => Assert.Null(CodePages.Find(4711));
}
