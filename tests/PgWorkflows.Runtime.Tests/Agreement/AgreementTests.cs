using PgWorkflows.Testing.Agreement;
using Xunit;

namespace PgWorkflows.Runtime.Tests.Agreement;

/// <summary>The journals that both homes must produce: our own produces them here, an Elsa server in tests/PgWorkflows.Elsa.Tests.</summary>
public sealed class AgreementTests
{
    public static TheoryData<string> Names => [.. AgreementCases.All.Select(one => one.Name)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Names))]
    public async Task Our_own_home_produces_the_committed_journal(string name)
    {
        var one = AgreementCases.Named(name);
        Assert.NotNull(one.Journal);

        Assert.Equal(one.Journal.Text(), (await RunAsync(one)).Text());
    }

    /// <summary>On purpose: set PGW_WRITE_AGREEMENT, compare by eye, replace tests/fixtures/agreement/actions.json by the file beside the tests.</summary>
    [Fact]
    public async Task The_committed_file_is_written_as_it_would_be_written_anew()
    {
        var cases = new List<AgreementCase>();
        foreach (var one in AgreementCases.All)
            cases.Add(Environment.GetEnvironmentVariable("PGW_WRITE_AGREEMENT") is null ? one : one with { Journal = await RunAsync(one) });
        if (Environment.GetEnvironmentVariable("PGW_WRITE_AGREEMENT") is not null)
            await File.WriteAllTextAsync(AgreementCases.File + ".actual", AgreementCases.Text(cases), Token);

        Assert.Equal(AgreementCases.Text(cases), await File.ReadAllTextAsync(AgreementCases.File, Token));
    }

    private static async Task<AgreementJournal> RunAsync(AgreementCase one)
    {
        var script = one.Script();
        using var harness = new ActionHarness(script, one.Before, _ => one.Resource());
        var seen = await harness.RunAsync(ResourceAction.All.Single(action => action.Name == one.Action), Token);
        return new()
        {
            Steps = seen.Journal,
            Commands = script.Commands,
            Events = seen.Events,
            Result = seen.Result,
            ReturnValue = seen.ReturnValue,
            After = seen.State,
            Waited = seen.Took,
        };
    }
}
