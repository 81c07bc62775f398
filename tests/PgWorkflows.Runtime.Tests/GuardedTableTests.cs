using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using Xunit;
using static PgWorkflows.Postgres.ServiceControl.ServiceStatus;
using static PgWorkflows.Runtime.Tests.GuardedAnswers;

namespace PgWorkflows.Runtime.Tests;

/// <summary>docs/profiles.md, the guarded column of every table: steps, events, result, return value, state, and which commands were given.</summary>
public sealed class GuardedTableTests : IDisposable
{
    private const string Answered = "(3) psql \\dS | END succeeded";
    private const string Down = "(3) psql \\dS | (3) down (114007) | (3) END down";
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-guarded-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<ServiceStatus?, string, string, string, int> QuickChecks => new()
    {
        { Running, "(3) postmaster | (3) END succeeded", "", "Succeeded", 0 },
        { Paused, "(2) paused by hand (113543) | (2) END succeeded (paused)", "113543", "Succeeded", 0 },
        { StartPending, "(2) pending (114001) | (2) END failed (pending)", "114001", "Failed", 6 },
        { StopPending, "(2) pending (114001) | (2) END failed (pending)", "114001", "Failed", 6 },
        { Stopped, "(2) not running (113544) | (2) END failed", "113544", "Failed", 1 },
        { null, "(2) not running (113544) | (2) END failed", "113544", "Failed", 1 },
    };

    [Theory, MemberData(nameof(QuickChecks))]
    public async Task QuickCheck_tells_pending_from_stopped(ServiceStatus? status, string steps, string events, string result, int returnValue) =>
        Verify(await Run(ResourceAction.QuickCheck, Script([status]), Guarded), "(1) resource state | (2) sc query | " + steps, events, result, returnValue, ResourceState.ISP);

    [Fact]
    public async Task QuickCheck_does_not_believe_a_service_without_a_postmaster() =>
        Verify(await Run(ResourceAction.QuickCheck, Script([Running]), WithoutPostmaster(_folder)),
            "(1) resource state | (2) sc query | (3) postmaster | (3) postmaster gone (114007) | (3) END failed", "114007", "Failed", 1, ResourceState.ISP);

    [Theory]
    [InlineData("guardedQuickCheck")]
    [InlineData("guardedDeepCheck")]
    public async Task Checks_skip_a_resource_that_is_not_in_service(string definition)
    {
        var script = Script([Running], Good);

        var seen = await Run(ResourceAction.OfDefinition(definition)!, script, Guarded, ResourceState.OSU);

        Verify(seen, "(1) resource state | (1) END skipped", "", "Skipped", 0, ResourceState.OSU);
        Assert.Empty(script.Commands);
    }

    public static TheoryData<string, string, string, int> DeepChecks => new()
    {
        { "Answers", Answered, "", 0 },
        { "Fallback", "(3) psql \\dS | (4) psql -l | END succeeded", "", 0 },
        { "Starting", "(3) psql \\dS | (3) END starting | (3) what it is doing | (3) starting (114001) | (3) END failed (starting)", "114001", 6 },
        { "Busy", "(3) psql \\dS | (3) busy (114002) | (3) END busy", "114002", 7 },
        { "Configuration", "(3) psql \\dS | (4) psql -l | (4) configuration (114003) | (4) END failed (configuration)", "114003", 8 },
        { "Hung", "(3) psql \\dS | (3) hung (114004) | (3) END failed (hung)", "114004", 9 },
        { "Failing", "(3) psql \\dS | (4) psql -l | (4) failing (114006) | (4) END failed (failing)", "114006", 11 },
        { "Down", Down, "114007", 1 },
    };

    [Theory, MemberData(nameof(DeepChecks))]
    public async Task DeepCheck_says_what_the_server_is(string verdict, string steps, string events, int returnValue)
    {
        var script = Script([Running], Of(verdict));

        var seen = await Run(ResourceAction.DeepCheck, script, Guarded);

        var end = returnValue == 0 ? " | END succeeded" : verdict == "Starting" ? "" : " | END failed";
        Verify(seen, $"(1) resource state | (2) sc query | {steps}{end}", events, returnValue == 0 ? "Succeeded" : "Failed", returnValue, ResourceState.ISP);
        Assert.Equal(["query"], script.Commands);
    }

    [Theory]
    [InlineData(nameof(Good))]
    [InlineData(nameof(Full))]
    public async Task DeepCheck_and_recover_notice_another_server(string answer)
    {
        var said = answer == nameof(Good) ? Good : Full;
        const string steps = "(3) psql \\dS | (3) wrong server (114005) | (3) END failed (wrong server)";

        Verify(await Run(ResourceAction.DeepCheck, Script([Running], said), WithoutPostmaster(_folder)),
            $"(1) resource state | (2) sc query | {steps} | END failed", "114005", "Failed", 10, ResourceState.ISP);

        var script = Script([Stopped], said);
        var seen = await Run(ResourceAction.Recover, script, WithoutPostmaster(_folder));
        Verify(seen, $"(1) BEGIN RECOVERY (113584) | {steps} | (B) END left alone (113581)", "113584 114005 113581", "Failed", 10, ResourceState.ISP);
        Assert.Empty(script.Commands);
        Assert.Contains($"no postmaster of {_folder} is alive (there is no postmaster.pid)", seen.Events[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Busy", 7)]
    [InlineData("Configuration", 8)]
    [InlineData("Hung", 9)]
    [InlineData("Failing", 11)]
    public async Task Recover_leaves_alone_what_is_not_down(string verdict, int returnValue)
    {
        var script = Script([Running], Of(verdict));

        var seen = await Run(ResourceAction.Recover, script, Guarded);

        Assert.Empty(script.Commands);
        Assert.Equal(("Failed", returnValue, ResourceState.ISP), (seen.Result, seen.ReturnValue, seen.State));
        Assert.Equal(3, seen.Events.Count);
        Assert.EndsWith($"Failed with a return value of [{returnValue}].", seen.Events[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recover_of_a_server_that_answers_does_nothing()
    {
        var script = Script([Stopped], Good);

        Verify(await Run(ResourceAction.Recover, script, Guarded), $"(1) BEGIN RECOVERY (113584) | {Answered} | (A) END successful (113580)", "113584 113580", "Succeeded", 0, ResourceState.ISP);
        Assert.Empty(script.Commands);
    }

    [Fact]
    public async Task Recover_waits_for_a_start_that_somebody_else_has_begun()
    {
        var script = Script([Running], StartingUp, StartingUp, Good);

        const string wait = "(3) psql \\dS | (3) END starting | (2) start-up progress | (2) wait | ";
        Verify(await Run(ResourceAction.Recover, script, Guarded), $"(1) BEGIN RECOVERY (113584) | {wait}{wait}{Answered} | (A) END successful (113580)", "113584 113580", "Succeeded", 0, ResourceState.ISP);
        Assert.Empty(script.Commands);
    }

    [Fact]
    public async Task Recover_gives_up_on_a_start_that_does_not_move_and_still_leaves_it_alone()
    {
        var script = Script([Running], StartingUp);

        var seen = await Run(ResourceAction.Recover, script, Guarded);

        Assert.Equal("113584 114010 113581", string.Join(' ', seen.EventIds));
        Assert.Equal(("Failed", 3, ResourceState.ISP), (seen.Result, seen.ReturnValue, seen.State));
        Assert.InRange(seen.Took, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(66)); // patience, and at most one wait more
        Assert.Empty(script.Commands);
    }

    [Fact]
    public async Task Recover_starts_a_server_that_is_down()
    {
        var script = Script([Stopped, StartPending, Running], Refused, Good);

        Verify(await Run(ResourceAction.Recover, script, Guarded),
            $"(1) BEGIN RECOVERY (113584) | {Down} | (3) sc query | (6) sc start | (7) sc query | (7) start-up progress | (7) wait | (7) sc query | {Answered} | (A) END successful (113580)",
            "113584 114007 113580", "Succeeded", 0, ResourceState.ISP);
        Assert.Equal(["query", "start", "query", "query"], script.Commands);
    }

    [Fact]
    public async Task Recover_stops_a_service_first_only_when_its_postmaster_is_surely_gone()
    {
        var script = Script([Running, StopPending, Stopped, Running], Refused, Good);
        var unsure = Script([Running], Refused);

        var seen = await Run(ResourceAction.Recover, script, WithoutPostmaster(_folder));
        Assert.Equal(["query", "stop", "query", "query", "start", "query"], script.Commands);
        Assert.Equal("(3) sc query | (4) postmaster | (4) sc stop | (5) sc query | (5) at most 12 times | (5) wait 5 s | (5) sc query | (6) sc start",
            string.Join(" | ", seen.Steps.SkipWhile(step => step != "(3) sc query").Take(8)));

        seen = await Run(ResourceAction.Recover, unsure, Guarded);
        Verify(seen, $"(1) BEGIN RECOVERY (113584) | {Down} | (3) sc query | (4) postmaster | (4) not known to be gone (114009) | (B) END left alone (113581)",
            "113584 114007 114009 113581", "Failed", 5, ResourceState.ISP);
        Assert.Equal(["query"], unsure.Commands);
    }

    [Fact]
    public async Task Recover_never_touches_a_service_that_was_paused_by_hand()
    {
        var script = Script([Paused], Refused);

        Verify(await Run(ResourceAction.Recover, script, Guarded),
            $"(1) BEGIN RECOVERY (113584) | {Down} | (3) sc query | (3) paused by hand (113543) | (B) END left alone (113581)", "113584 114007 113543 113581", "Failed", 1, ResourceState.ISP);
        Assert.Equal(["query"], script.Commands);
    }

    [Fact]
    public async Task Recover_lets_a_pending_service_come_to_rest_before_it_decides()
    {
        var script = Script([StopPending, Stopped, Running], Refused, Good);

        var seen = await Run(ResourceAction.Recover, script, Guarded);

        Assert.Equal(["query", "query", "start", "query"], script.Commands);
        Assert.Equal(("Succeeded", 0, ResourceState.ISP), (seen.Result, seen.ReturnValue, seen.State));
    }

    [Theory]
    [InlineData("Busy", "Succeeded", 0, ResourceState.ISP)] // every client comes back at once: that is service
    [InlineData("Configuration", "Failed", 8, ResourceState.OSF)]
    [InlineData("Hung", "Failed", 9, ResourceState.OSF)]
    [InlineData("Down", "Failed", 1, ResourceState.OSF)]
    public async Task After_a_start_of_ours_the_verdict_decides(string verdict, string result, int returnValue, ResourceState state)
    {
        var script = Script([Stopped, Running], [Refused, .. Of(verdict)]);

        var seen = await Run(ResourceAction.Recover, script, Guarded);

        Assert.Equal((result, returnValue, state), (seen.Result, seen.ReturnValue, seen.State));
        Assert.Equal(["query", "start", "query"], script.Commands);
    }

    [Fact]
    public async Task A_refused_start_or_stop_fails_as_documented()
    {
        var start = new Script([Stopped], starts: false) { Answers = new([Refused]) };
        var seen = await Run(ResourceAction.Recover, start, Guarded);
        Assert.Equal(("113584 114007 113005 113581", 2, ResourceState.OSF), (string.Join(' ', seen.EventIds), seen.ReturnValue, seen.State));

        var stop = new Script([Running], stops: false) { Answers = new([Refused]) };
        seen = await Run(ResourceAction.Recover, stop, WithoutPostmaster(_folder));
        Assert.Equal(("113584 114007 113007 113581", 2, ResourceState.OSF), (string.Join(' ', seen.EventIds), seen.ReturnValue, seen.State));

        seen = await Run(ResourceAction.Remove, new([Running], stops: false), Guarded);
        Assert.Equal(("113524 113007 113521", 2, ResourceState.OSF), (string.Join(' ', seen.EventIds), seen.ReturnValue, seen.State));
    }

    // restore

    [Fact]
    public async Task Restore_proves_a_service_that_runs_already()
    {
        var script = Script([Running], Good);

        Verify(await Run(ResourceAction.Restore, script, Guarded, ResourceState.OSU),
            $"(1) BEGIN RESTORE (113504) | (2) sc query | {Answered} | (A) END successful (113500)", "113504 113500", "Succeeded", 0, ResourceState.ISP);
        Assert.Equal(["query"], script.Commands);
    }

    [Fact]
    public async Task Restore_starts_what_is_stopped_and_waits_for_its_recovery()
    {
        var script = Script([Stopped, StartPending, Running], StartingUp, Good);

        Verify(await Run(ResourceAction.Restore, script, Guarded, ResourceState.OSU),
            "(1) BEGIN RESTORE (113504) | (2) sc query | (3) sc start | (4) sc query | (4) start-up progress | (4) wait | (4) sc query | "
            + $"(3) psql \\dS | (3) END starting | (5) start-up progress | (5) wait | {Answered} | (A) END successful (113500)", "113504 113500", "Succeeded", 0, ResourceState.ISP);
        Assert.Equal(["query", "start", "query", "query"], script.Commands);
    }

    [Fact]
    public async Task Restore_does_not_start_what_is_starting_already()
    {
        var script = Script([StartPending, Running], Good);

        Verify(await Run(ResourceAction.Restore, script, Guarded, ResourceState.OSU),
            $"(1) BEGIN RESTORE (113504) | (2) sc query | (2) start-up progress | (2) wait | (2) sc query | {Answered} | (A) END successful (113500)", "113504 113500", "Succeeded", 0, ResourceState.ISP);
        Assert.DoesNotContain("start", script.Commands);
    }

    [Fact]
    public async Task Restore_goes_on_waiting_while_the_start_moves()
    {
        var moving = new MovingStart([Stopped, StartPending], _folder, moves: 40) { Answers = new([Good]) };

        var seen = await Run(ResourceAction.Restore, moving, moving.Configure, ResourceState.OSU);

        Assert.Equal(("Succeeded", 0, ResourceState.ISP), (seen.Result, seen.ReturnValue, seen.State));
        Assert.InRange(seen.Took, TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(300)); // the documented one would have given up at 60
    }

    [Fact]
    public async Task Restore_gives_up_when_the_start_does_not_move()
    {
        var seen = await Run(ResourceAction.Restore, Script([Stopped, StartPending], Good), Guarded, ResourceState.OSU);

        Assert.Equal("113504 113006 113501", string.Join(' ', seen.EventIds));
        Assert.Equal(("Failed", 3, ResourceState.OSF), (seen.Result, seen.ReturnValue, seen.State));
        Assert.InRange(seen.Took, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(66));
    }

    [Fact]
    public async Task Restore_tries_the_proof_three_times()
    {
        var seen = await Run(ResourceAction.Restore, Script([Stopped, Running], WrongPassword), Guarded, ResourceState.OSU);

        Assert.Equal("113504 114003 114003 114003 113501", string.Join(' ', seen.EventIds));
        Assert.Equal(("Failed", 8, ResourceState.OSF), (seen.Result, seen.ReturnValue, seen.State));
    }

    [Fact]
    public async Task Restore_leaves_a_paused_service_to_who_paused_it()
    {
        var script = Script([Paused], Good);

        Verify(await Run(ResourceAction.Restore, script, Guarded, ResourceState.OSU),
            "(1) BEGIN RESTORE (113504) | (2) sc query | (2) paused by hand (113543) | (B) END failed (113501)", "113504 113543 113501", "Failed", 1, ResourceState.OSU);
        Assert.Equal(["query"], script.Commands);
    }

    // remove

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // nobody may look: then the service manager's word is all there is
    public async Task Remove_believes_a_stop_when_the_postmaster_is_not_there(bool mayLook)
    {
        var script = Script([Running, StopPending, Stopped]);

        Verify(await Run(ResourceAction.Remove, script, mayLook ? WithoutPostmaster(_folder) : Guarded),
            "(1) BEGIN REMOVE (113524) | (2) sc query | (3) sc stop | (4) sc query | (4) at most 12 times | (4) wait 5 s | (4) sc query | (5) postmaster | (A) END successful (113520)",
            "113524 113520", "Succeeded", 0, ResourceState.OSU);
        Assert.Equal(["query", "stop", "query", "query"], script.Commands);
    }

    [Fact]
    public async Task Remove_of_a_stopped_service_stops_nothing()
    {
        var script = Script([Stopped]);

        Verify(await Run(ResourceAction.Remove, script, Guarded), "(1) BEGIN REMOVE (113524) | (2) sc query | (5) postmaster | (A) END successful (113520)", "113524 113520", "Succeeded", 0, ResourceState.OSU);
        Assert.Equal(["query"], script.Commands);
    }

    [Fact]
    public async Task Remove_times_out_as_documented()
    {
        var seen = await Run(ResourceAction.Remove, Script([Running]), Guarded);

        Assert.Equal("113524 113008 113521", string.Join(' ', seen.EventIds));
        Assert.Equal((3, ResourceState.OSF, TimeSpan.FromSeconds(60)), (seen.ReturnValue, seen.State, seen.Took));
    }

    private static ServerAnswer[] Of(string verdict) => verdict switch
    {
        "Answers" => [Good],
        "Fallback" => [WrongPassword, Good],
        "Starting" => [StartingUp],
        "Busy" => [Full],
        "Configuration" => [WrongPassword],
        "Hung" => [Silent],
        "Failing" => [Broken],
        _ => [Refused],
    };

    private static async Task<ActionHarness.Seen> Run(
        ResourceAction action, Script script, Func<Resource, Resource> configure, ResourceState state = ResourceState.ISP)
    {
        using var harness = new ActionHarness(script, state, configure);
        return await harness.RunAsync(action, Token);
    }

    private static void Verify(ActionHarness.Seen seen, string steps, string events, string result, int returnValue, ResourceState state)
    {
        Assert.Equal(steps, string.Join(" | ", seen.Steps));
        Assert.Equal(events, string.Join(' ', seen.EventIds));
        Assert.Equal((result, returnValue, state), (seen.Result, seen.ReturnValue, seen.State));
        Assert.Equal("Finished", seen.Run.SubStatus);
    }
}
