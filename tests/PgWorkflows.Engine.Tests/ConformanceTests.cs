using PgWorkflows.Engine.Conformance;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.JavaScript;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>What a real Elsa 3.5.3 did with small workflows (tests/fixtures/elsa-conformance), step by step.</summary>
public sealed class ConformanceTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "elsa-conformance");

    /// <summary>Where we differ from Elsa 3.5.3 on purpose; docs/elsa-compatibility.md gives the reasons at length.</summary>
    private static readonly Dictionary<string, string> Deliberate = new()
    {
    };

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order()];

    [Theory, MemberData(nameof(Names))]
    public async Task Runs_like_Elsa_or_differs_on_purpose(string name)
    {
        var token = TestContext.Current.CancellationToken;
        var @case = ConformanceCase.Read(await File.ReadAllBytesAsync(Path.Combine(Folder, name + ".json"), token));

        var result = await new ConformanceRunner(new ExpressionLanguages(new JavaScriptLanguage())).RunAsync(@case, token);

        Assert.SkipWhen(result.Verdict == ConformanceVerdict.Skipped, result.Difference ?? "");
        if (Deliberate.ContainsKey(name))
            Assert.True(result.Verdict == ConformanceVerdict.Differs, $"{name} no longer differs: take it from the list and from docs/elsa-compatibility.md.");
        else
            Assert.True(result.Verdict == ConformanceVerdict.Passed, result.Difference);
    }

    [Fact]
    public void Every_deliberate_difference_is_explained()
    {
        Assert.All(Deliberate.Keys, name => Assert.True(File.Exists(Path.Combine(Folder, name + ".json")), name));
    }
}
