using System.Globalization;
using PgWorkflows.Testing.Agreement;
using Xunit;

namespace PgWorkflows.Elsa.Tests;

/// <summary>Every row of actions.md on a real Elsa: the same journal, events, result and state as in our own home.</summary>
public sealed class AgreementTests(ElsaHome home) : IClassFixture<ElsaHome>
{
    public static TheoryData<string> Names => [.. AgreementCases.All.Select(one => one.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task Elsa_produces_the_committed_journal(string name)
    {
        var one = AgreementCases.Named(name);
        var script = one.Script();
        await home.SetAsync(script, one.Before, one.Resource());
        var began = home.Clock.UtcNow;

        var state = await home.RunAsync(one.DefinitionId);

        var seen = new AgreementJournal
        {
            Steps = await Journals.StepsAsync(home.Services, state.Id),
            Commands = script.Commands,
            Events = await Journals.EventsAsync(home, state.Id),
            Result = state.Output.TryGetValue("Result", out var result) ? result?.ToString() : null,
            ReturnValue = state.Output.TryGetValue("ReturnValue", out var value) ? Convert.ToInt32(value, CultureInfo.InvariantCulture) : null,
            After = await home.States.GetAsync("main", TestContext.Current.CancellationToken),
            Waited = home.Clock.UtcNow - began,
        };
        Assert.Empty(state.Incidents.Select(incident => incident.Message));
        Assert.Equal(one.Journal!.Text(), seen.Text());
        Assert.Null(await home.States.HolderAsync("main", TestContext.Current.CancellationToken));
    }
}
