using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Tests.Resources;

public sealed class ConfigurationFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("""{ "a": { "b": 1, }, /* why */ "c": [1, { "d": 2 }] } // end""")]
    [InlineData("\uFEFF{ \"a\": { \"b\": 1 } }")]
    public void Comments_trailing_commas_and_a_byte_order_mark_are_fine(string json)
    {
        File.WriteAllText(_path, json);

        var file = Assert.IsType<ConfigurationFile.Loaded>(ConfigurationFile.Read(_path));

        Assert.Equal("1", file.Configuration["a:b"]);
    }

    [Theory]
    [InlineData("{\n  \"a\": 1\n  \"b\": 2\n}", "is not valid JSON at line 3, position 3:")]
    [InlineData("{ \"a\": ", "is not valid JSON at line 1, position 8:")]
    [InlineData("", "is not valid JSON at line 1, position 1:")]
    public void Malformed_JSON_is_a_problem_with_its_place(string json, string expected)
    {
        File.WriteAllText(_path, json);

        var problem = Assert.Single(Problems());

        Assert.StartsWith($"{_path}: {expected}", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.ToString());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    public void A_file_that_is_no_object_is_a_problem(string json)
    {
        File.WriteAllText(_path, json);

        Assert.Contains("the file is one JSON object", Assert.Single(Problems()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_are_there_twice_are_all_named()
    {
        File.WriteAllText(_path, """{ "P": { "Resources": [ { "port": 1 }, { "port": 2, "PORT": 3 } ] }, "p": 1, "q": [[{ "x": 1, "x": 2 }]] }""");

        Assert.Equal(["P:Resources:1:PORT", "p", "q:0:0:x"], Problems().Select(problem => problem.Key));
    }

    [Fact]
    public void A_missing_file_a_directory_and_a_huge_file_are_problems()
    {
        Assert.Contains("does not exist", Assert.Single(Problems("/nowhere/app.json")).ToString(), StringComparison.Ordinal);
        Assert.Contains("is a directory", Assert.Single(Problems(Path.GetTempPath())).ToString(), StringComparison.Ordinal);

        File.WriteAllBytes(_path, new byte[(1024 * 1024) + 1]);

        Assert.Contains("is 1048577 bytes long", Assert.Single(Problems()).ToString(), StringComparison.Ordinal);
    }

    private IReadOnlyList<ConfigurationProblem> Problems(string? path = null) =>
        Assert.IsType<ConfigurationFile.Unusable>(ConfigurationFile.Read(path ?? _path)).Problems;
}
