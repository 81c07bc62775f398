using PgWorkflows.Engine.Definitions;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>What the validator says of the conformance cases.</summary>
public sealed class ValidationOfFixturesTests
{
    private const string Trap = "is silently not run";

    [Theory]
    [InlineData("flow-poll-plain")]
    [InlineData("flow-poll-merge-behind-loop")]
    [InlineData("flow-poll-join-any-two-regions")]
    public void A_merge_that_can_silently_never_run_is_found_with_the_way_there(string name)
    {
        var traps = FixtureFiles.Validate(FixtureFiles.DefinitionsOf(name)).Where(finding => finding.Problem.Contains(Trap, StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(traps);
        Assert.All(traps, trap => Assert.Equal(Severity.Error, trap.Severity));
        Assert.All(traps, trap => Assert.Contains(" → ", trap.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_cases_with_the_trap_have_it()
    {
        var trapped = FixtureFiles.Names.Where(name => FixtureFiles.Validate(FixtureFiles.DefinitionsOf(name)).Any(finding => finding.Problem.Contains(Trap, StringComparison.Ordinal)));

        Assert.Equal(["flow-poll-join-any-two-regions", "flow-poll-merge-behind-loop", "flow-poll-plain"], trapped);
    }

    /// <summary>The cases that are refused before publishing, and what for; all others have no errors but the trap.</summary>
    private static readonly string[] Refused =
    [
        "complete-in-root: 'comp' (comp): has a connection from its port 'Done', which it does not have; nothing would ever follow it",
        "delay-invalid-timespan: 'delay' (delay): has 'soon' in its input TimeSpan, which cannot be read as TimeSpan; it would count as empty",
        "execute-workflow-unknown: 'exec' (exec): starts the workflow 'no-such-workflow', which is not published",
        "if-literal-not-boolean: 'if' (if): has 'yes' in its input Condition, which cannot be read as Boolean; it would count as empty",
        "liquid-error: 'a' (a): uses the expression type 'Liquid' in its input Text, which is not offered here",
        "liquid-text: 'a' (a): uses the expression type 'Liquid' in its input Text, which is not offered here",
        "missing-activity-type: 'gone' (gone): has the type 'Acme.DoesNotExist', which is not known here",
        "setvar-unknown-id: 'a' (a): sets the variable 'v-nope', which is not declared",
        "unknown-expression-type: 'a' (a): uses the expression type 'Klingon' in its input Text, which is not offered here",
    ];

    [Fact]
    public void Only_what_cannot_run_as_drawn_is_refused()
    {
        var refused = FixtureFiles.Names.SelectMany(name => FixtureFiles.Validate(FixtureFiles.DefinitionsOf(name))
            .Where(finding => finding.Severity == Severity.Error && !finding.Problem.Contains(Trap, StringComparison.Ordinal)).Select(finding => $"{name}: {finding.Place}: {finding.Problem}"));

        Assert.Equal(Refused, refused);
    }
}
