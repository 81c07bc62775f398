namespace PgWorkflows.Protection.Tests;

/// <summary>The soak is worth what its comparison notices.</summary>
public sealed class EffectsTests
{
    private static readonly RecordedEffect Told = new("a", "PgWorkflows.StartService", "Completed", 100, 200, """["Succeeded"]""", "was told to start");
    private static readonly RecordedEffect Refused = Told with { StartedAt = 300, CompletedAt = 400, Outcomes = """["Failed"]""" };
    private static readonly RecordedEffect Cut = new("b", "PgWorkflows.StopService", "Canceled", 500, 600, null, null);
    private static readonly IssuedCommand Start = new(150, "start", "accepted", Overlaps: false);
    private static readonly IssuedCommand RefusedStart = new(350, "start", "1053", Overlaps: false);
    private static readonly IssuedCommand Stop = new(550, "stop", "hung", Overlaps: false);

    [Fact]
    public void A_history_that_says_what_was_seen_is_right_and_a_cut_effect_may_have_been_issued_or_not()
    {
        Assert.Empty(Effects.Differences([Start, RefusedStart, Stop], [Told, Refused, Cut], [580]));
        Assert.Empty(Effects.Differences([Start, RefusedStart], [Told, Refused, Cut], [580]));
    }

    [Fact]
    public void Whatever_else_is_a_difference()
    {
        AssertDiffers("not issued exactly once", [RefusedStart], [Told, Refused], []);
        AssertDiffers("not issued exactly once", [Start, Start with { At = 160 }], [Told], []);
        AssertDiffers("is in no record", [Start, Start with { At = 250 }], [Told], []);
        AssertDiffers("is in no record", [Start with { Verb = "stop" }, Start], [Told], []);
        AssertDiffers("not what was answered", [Start with { Answer = "1053" }], [Told], []);
        AssertDiffers("not what was answered", [RefusedStart with { Answer = "accepted" }], [Refused], []);
        AssertDiffers("issued more than once", [Stop, Stop with { At = 560 }], [Cut], [580]);
        AssertDiffers("nobody had killed the server", [Stop], [Cut], [700]);
        AssertDiffers("neither completed nor cut", [Start], [Told with { Status = "Running" }], []);
        AssertDiffers("began before", [Start, Stop], [Told, Cut with { StartedAt = 190 }], [580]);
        AssertDiffers("the same was under way", [Start with { Overlaps = true }], [Told], []);
        AssertDiffers("was running", [RefusedStart with { Answer = "1056" }], [Refused], []);
    }

    private static void AssertDiffers(string words, IReadOnlyList<IssuedCommand> issued, IReadOnlyList<RecordedEffect> effects, IReadOnlyList<long> kills) =>
        Assert.Contains(Effects.Differences(issued, effects, kills), difference => difference.Contains(words, StringComparison.Ordinal));
}
