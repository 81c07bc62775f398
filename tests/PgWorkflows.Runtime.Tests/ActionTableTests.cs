using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;
using Xunit;
using static PgWorkflows.Postgres.ServiceControl.ServiceStatus;
using static PgWorkflows.Testing.Deep;

namespace PgWorkflows.Runtime.Tests;

/// <summary>Every row of every table of actions.md: the steps in their order, the events, the result, the return value, the state.</summary>
public sealed class ActionTableTests
{
    private static readonly ServiceStatus?[] All = [Stopped, StartPending, StopPending, Running, ContinuePending, PausePending, Paused, null];

    public static TheoryData<ServiceStatus?> Statuses => [.. All];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // quickCheck (1)

    [Theory]
    [InlineData(ResourceState.OSU)]
    [InlineData(ResourceState.OSF)]
    [InlineData(ResourceState.ISU)]
    public async Task Checks_skip_a_resource_that_is_not_in_service_and_protected(ResourceState state)
    {
        foreach (var action in new[] { ResourceAction.QuickCheck, ResourceAction.DeepCheck })
        {
            var script = new Script([Stopped]);
            using var harness = new ActionHarness(script, state);

            var seen = await harness.RunAsync(action, Token);

            Verify(seen, "(1) resource state | (1) END skipped", "", "Skipped", 0, state);
            Assert.Empty(script.Commands);
        }
    }

    // quickCheck (2)

    [Theory, MemberData(nameof(Statuses))]
    public async Task QuickCheck_judges_by_the_service_status(ServiceStatus? status)
    {
        using var harness = new ActionHarness(new Script([status]));

        var seen = await harness.RunAsync(ResourceAction.QuickCheck, Token);

        const string Begin = "(1) resource state | (2) sc query | ";
        switch (status)
        {
            case Running:
                Verify(seen, Begin + "(2) END succeeded", "", "Succeeded", 0, ResourceState.ISP);
                break;
            case Paused:
                Verify(seen, Begin + "(2) paused by hand (113543) | (2) END succeeded (paused)", "113543", "Succeeded", 0, ResourceState.ISP);
                Assert.Equal("113543 The PostgreSQL service [postgresql-x64-15] for resource [main] has been manually paused. User intervention required to either stop or restart the service. Aborting PostgreSQL health checks.", seen.Events[0]);
                break;
            default:
                Verify(seen, Begin + "(2) not running (113544) | (2) END failed", "113544", "Failed", 1, ResourceState.ISP);
                Assert.Equal("113544 The quickchk action failed. The PostgreSQL service [postgresql-x64-15] for resource [main] is not running.", seen.Events[0]);
                break;
        }
    }

    // deepCheck (2)

    [Theory, MemberData(nameof(Statuses))]
    public async Task DeepCheck_goes_on_only_when_the_service_runs(ServiceStatus? status)
    {
        using var harness = new ActionHarness(new Script([status]));

        var seen = await harness.RunAsync(ResourceAction.DeepCheck, Token);

        if (status == Running)
        {
            Verify(seen, "(1) resource state | (2) sc query | (3) pg_ctl status | (4) port | (5) psql \\dS | END succeeded | END succeeded", "", "Succeeded", 0, ResourceState.ISP);
        }
        else
        {
            Verify(seen, "(1) resource state | (2) sc query | (2) not running (113563) | (2) END failed", "113563", "Failed", 1, ResourceState.ISP);
            Assert.Equal("113563 The PosgreSQL service [postgresql-x64-15] for resource [main] is not running. Aborting PostgreSQL health checks.", seen.Events[0]);
        }
    }

    // deepCheck (3) to (6)

    public static TheoryData<int, string, string, int> DeepChecks => new()
    {
        { (int)Good, "(3) pg_ctl status | (4) port | (5) psql \\dS | END succeeded", "", 0 },
        { (int)GoodByFallback, "(3) pg_ctl status | (4) port | (5) psql \\dS | (6) psql -l | END succeeded", "", 0 },
        { (int)StatusFails, "(3) pg_ctl status | (3) command failed (113002) | (3) END failed", "113002 The command [pg_ctl status -D /data] for PostgreSQL resource [main] failed with a return code of [3]. The command returned the following output: [pg_ctl: no server running]", 4 },
        { (int)StatusSaysNothing, "(3) pg_ctl status | (3) command failed (113002) | (3) END failed", "113002 The command [pg_ctl status -D /data] for PostgreSQL resource [main] failed with a return code of [0]. The command returned the following output: []", 4 },
        { (int)PortMissing, "(3) pg_ctl status | (4) port | (4) port missing (113003) | (4) END failed (port missing)", "113003 Unable to determine PostgreSQL status for resource [main]. Port info missing from status check output: [pg_ctl: server is running (PID: 7) | /bin/postgres \"-D\" \"/data -p 99\"].", 4 },
        { (int)PortDiffers, "(3) pg_ctl status | (4) port | (4) port differs (113004) | (4) END failed (port differs)", "113004 The port [5433] returned from the status check does not match the resource [main] port value: [5432].", 4 },
        { (int)NoConnection, "(3) pg_ctl status | (4) port | (5) psql \\dS | (6) psql -l | (6) no connection (113000) | (6) check failed (113564) | (6) END failed", "113000 Unable to connect to the database instance for resource [main]. Failed connection details: [(5) SystemRelations refused; (6) DatabaseList refused]\n113564 The deepchk action failed for resource [main].", 5 },
    };

    [Theory, MemberData(nameof(DeepChecks))]
    public async Task DeepCheck_names_the_step_that_fails(int check, string steps, string events, int returnValue)
    {
        using var harness = new ActionHarness(new Script([Running], checks: (Deep)check));

        var seen = await harness.RunAsync(ResourceAction.DeepCheck, Token);

        var end = returnValue == 0 ? "END succeeded" : "END failed";
        Assert.Equal($"(1) resource state | (2) sc query | {steps} | {end}", string.Join(" | ", seen.Steps));
        Assert.Equal(events, string.Join('\n', seen.Events));
        Assert.Equal((returnValue == 0 ? "Succeeded" : "Failed", returnValue), (seen.Result, seen.ReturnValue));
        Assert.Equal(ResourceState.ISP, seen.State);
    }

    // restore

    private const string DeepGood = "(3) pg_ctl status | (4) port | (5) psql \\dS | END succeeded";
    private const string RestoreBegin = "(1) BEGIN RESTORE (113504) | (2) sc query | ";

    [Theory, MemberData(nameof(Statuses))]
    public async Task Restore_starts_what_does_not_run(ServiceStatus? status)
    {
        var script = new Script([status, Running]);
        using var harness = new ActionHarness(script, ResourceState.OSU);

        var seen = await harness.RunAsync(ResourceAction.Restore, Token);

        var between = status == Running ? "" : $"(3) sc start | (4) sc query | {DeepGood} | ";
        Verify(seen, RestoreBegin + between + "(A) END successful (113500)", "113504 113500", "Succeeded", 0, ResourceState.ISP);
        Assert.Equal(status == Running ? [] : ["start"], script.Commands.Where(command => command != "query"));
        Assert.Equal("113500 LifeKeeper: END successful RESTORE action for PostgreSQL resource [main] on server [node1].", seen.Events[^1]);
    }

    [Fact]
    public async Task Restore_fails_when_the_start_command_does()
    {
        using var harness = new ActionHarness(new Script([Stopped], starts: false), ResourceState.OSU);

        var seen = await harness.RunAsync(ResourceAction.Restore, Token);

        Verify(seen, RestoreBegin + "(3) sc start | (3) command failed (113005) | (B) END failed (113501)", "113504 113005 113501", "Failed", 2, ResourceState.OSF);
        Assert.Equal("113005 Failed to start the PostgreSQL server for resource [main] on server [node1]. The command [sc start postgresql-x64-15] failed.", seen.Events[1]);
        Assert.Equal("113501 LifeKeeper: END failed hierarchy RESTORE for PostgreSQL resource [main] on server [node1]. Failed with a return value of [2].", seen.Events[2]);
    }

    [Theory, MemberData(nameof(Statuses))]
    public async Task Restore_waits_for_pending_states_and_gives_up_on_a_stopped_or_unreadable_service(ServiceStatus? status)
    {
        using var harness = new ActionHarness(new Script([Stopped, status, Running]), ResourceState.OSU);

        var seen = await harness.RunAsync(ResourceAction.Restore, Token);

        if (status is Stopped or null)
        {
            Verify(seen, RestoreBegin + "(3) sc start | (4) sc query | (B) END failed (113501)", "113504 113501", "Failed", 1, ResourceState.OSF);
            return;
        }

        var wait = status == Running ? "" : "(4) at most 12 times | (4) wait 5 s | (4) sc query | ";
        Verify(seen, $"{RestoreBegin}(3) sc start | (4) sc query | {wait}{DeepGood} | (A) END successful (113500)", "113504 113500", "Succeeded", 0, ResourceState.ISP);
        Assert.Equal(TimeSpan.FromSeconds(status == Running ? 0 : 5), seen.Took);
    }

    [Fact]
    public async Task Restore_queries_13_times_over_60_seconds_for_a_start_that_never_comes()
    {
        var script = new Script([Stopped, StartPending]);
        using var harness = new ActionHarness(script, ResourceState.OSU);

        var seen = await harness.RunAsync(ResourceAction.Restore, Token);

        Assert.Equal((13, 12), (seen.Steps.Count(step => step == "(4) sc query"), seen.Steps.Count(step => step == "(4) wait 5 s")));
        Assert.Equal(["(4) at most 12 times", "(4) timed out (113006)", "(B) END failed (113501)"], seen.Steps.TakeLast(3));
        Assert.Equal([113504, 113006, 113501], seen.EventIds);
        Assert.Equal("113006 Failed to start the PostgreSQL server for resource [main] on server [node1]. Timed out waiting for the PostgreSQL service [postgresql-x64-15] to reach the running state.", seen.Events[1]);
        Assert.Equal(("Failed", 3, ResourceState.OSF), (seen.Result, seen.ReturnValue, seen.State));
        Assert.Equal(TimeSpan.FromSeconds(60), seen.Took);
        Assert.Equal(["query", "start", .. Enumerable.Repeat("query", 13)], script.Commands);
    }

    [Fact]
    public async Task Restore_still_succeeds_at_the_last_of_its_queries()
    {
        using var harness = new ActionHarness(new Script([Stopped, .. Enumerable.Repeat<ServiceStatus?>(StartPending, 12), Running]), ResourceState.OSU);

        var seen = await harness.RunAsync(ResourceAction.Restore, Token);

        Assert.Equal(13, seen.Steps.Count(step => step == "(4) sc query"));
        Assert.Equal(("Succeeded", 0, ResourceState.ISP), (seen.Result, seen.ReturnValue, seen.State));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Restore_repeats_a_failed_deep_check_at_most_twice(int failures)
    {
        using var harness = new ActionHarness(new Script([Stopped, Running], checks: [.. Enumerable.Repeat(NoConnection, failures), Good]), ResourceState.OSU);

        var seen = await harness.RunAsync(ResourceAction.Restore, Token);

        Assert.Equal((failures + 1, failures), (seen.Steps.Count(step => step == "(3) pg_ctl status"), seen.Steps.Count(step => step == "(5) wait 5 s")));
        Assert.Equal([113504, .. Enumerable.Repeat(new[] { 113000, 113564 }, failures).SelectMany(ids => ids), 113500], seen.EventIds);
        Assert.Equal(("Succeeded", 0, ResourceState.ISP), (seen.Result, seen.ReturnValue, seen.State));
    }

    [Fact]
    public async Task Restore_fails_after_three_deep_checks_with_the_return_value_of_the_last()
    {
        using var harness = new ActionHarness(new Script([Stopped, Running], checks: [NoConnection, NoConnection, PortDiffers]), ResourceState.OSU);

        var seen = await harness.RunAsync(ResourceAction.Restore, Token);

        Assert.Equal(3, seen.Steps.Count(step => step == "(3) pg_ctl status"));
        Assert.Equal([113504, 113000, 113564, 113000, 113564, 113004, 113501], seen.EventIds);
        Assert.Equal(("Failed", 4, ResourceState.OSF), (seen.Result, seen.ReturnValue, seen.State));
        Assert.Equal(TimeSpan.FromSeconds(10), seen.Took);
    }

    // remove

    private const string RemoveBegin = "(1) BEGIN REMOVE (113524) | (2) sc query | ";

    [Theory, MemberData(nameof(Statuses))]
    public async Task Remove_stops_what_is_not_stopped(ServiceStatus? status)
    {
        var script = new Script([status, Stopped]);
        using var harness = new ActionHarness(script);

        var seen = await harness.RunAsync(ResourceAction.Remove, Token);

        var between = status == Stopped ? "" : "(3) sc stop | (4) sc query | ";
        Verify(seen, RemoveBegin + between + "(A) END successful (113520)", "113524 113520", "Succeeded", 0, ResourceState.OSU);
        Assert.Equal(status == Stopped ? [] : ["stop"], script.Commands.Where(command => command != "query"));
    }

    [Theory, MemberData(nameof(Statuses))]
    public async Task Remove_waits_for_everything_but_stopped_and_gives_up_on_an_unreadable_service(ServiceStatus? status)
    {
        using var harness = new ActionHarness(new Script([Running, status, Stopped]));

        var seen = await harness.RunAsync(ResourceAction.Remove, Token);

        if (status is null)
        {
            Verify(seen, RemoveBegin + "(3) sc stop | (4) sc query | (B) END failed (113521)", "113524 113521", "Failed", 1, ResourceState.OSF);
            return;
        }

        var wait = status == Stopped ? "" : "(4) at most 12 times | (4) wait 5 s | (4) sc query | ";
        Verify(seen, $"{RemoveBegin}(3) sc stop | (4) sc query | {wait}(A) END successful (113520)", "113524 113520", "Succeeded", 0, ResourceState.OSU);
    }

    [Fact]
    public async Task Remove_fails_when_the_stop_command_does()
    {
        using var harness = new ActionHarness(new Script([Running], stops: false));

        var seen = await harness.RunAsync(ResourceAction.Remove, Token);

        Verify(seen, RemoveBegin + "(3) sc stop | (3) command failed (113007) | (B) END failed (113521)", "113524 113007 113521", "Failed", 2, ResourceState.OSF);
        Assert.Equal("113007 Failed to stop the PostgreSQL server for resource [main] on server [node1]. The command [sc stop postgresql-x64-15] failed.", seen.Events[1]);
    }

    [Fact]
    public async Task Remove_gives_up_after_13_queries_and_60_seconds()
    {
        using var harness = new ActionHarness(new Script([Running, StopPending]));

        var seen = await harness.RunAsync(ResourceAction.Remove, Token);

        Assert.Equal(13, seen.Steps.Count(step => step == "(4) sc query"));
        Assert.Equal([113524, 113008, 113521], seen.EventIds);
        Assert.Equal("113008 Failed to stop the PostgreSQL server for resource [main] on server [node1]. Timed out waiting for the PostgreSQL service [postgresql-x64-15] to reach the stopped state.", seen.Events[1]);
        Assert.Equal(("Failed", 3, ResourceState.OSF, TimeSpan.FromSeconds(60)), (seen.Result, seen.ReturnValue, seen.State, seen.Took));
    }

    [Fact]
    public async Task Remove_still_succeeds_at_the_last_of_its_queries()
    {
        using var harness = new ActionHarness(new Script([Running, .. Enumerable.Repeat<ServiceStatus?>(StopPending, 12), Stopped]));

        var seen = await harness.RunAsync(ResourceAction.Remove, Token);

        Assert.Equal(("Succeeded", 0, ResourceState.OSU), (seen.Result, seen.ReturnValue, seen.State));
    }

    // recover

    private const string RecoverBegin = "(1) BEGIN RECOVERY (113584) | (2) sc query | ";
    private const string StartAndCheck = $"(6) sc start | (7) sc query | {DeepGood} | (A) END successful (113580)";

    [Theory, MemberData(nameof(Statuses))]
    public async Task Recover_stops_what_is_not_stopped_and_starts_it_again(ServiceStatus? status)
    {
        ServiceStatus?[] answers = status == Stopped ? [Stopped, Stopped, Running] : [status, Stopped, Stopped, Running];
        using var harness = new ActionHarness(new Script(answers));

        var seen = await harness.RunAsync(ResourceAction.Recover, Token);

        var stop = status == Stopped ? "" : "(3) sc stop | (4) sc query | ";
        Verify(seen, $"{RecoverBegin}{stop}(5) sc query | {StartAndCheck}", "113584 113580", "Succeeded", 0, ResourceState.ISP);
    }

    [Theory, MemberData(nameof(Statuses))]
    public async Task Recover_waits_for_the_stop_and_gives_up_on_an_unreadable_service(ServiceStatus? status)
    {
        using var harness = new ActionHarness(new Script(status == Stopped ? [Running, Stopped, Stopped, Running] : [Running, status, Stopped, Stopped, Running]));

        var seen = await harness.RunAsync(ResourceAction.Recover, Token);

        if (status is null)
        {
            Verify(seen, RecoverBegin + "(3) sc stop | (4) sc query | (B) END failed (113581)", "113584 113581", "Failed", 1, ResourceState.OSF);
            return;
        }

        var wait = status == Stopped ? "" : "(4) at most 12 times | (4) wait 5 s | (4) sc query | ";
        Verify(seen, $"{RecoverBegin}(3) sc stop | (4) sc query | {wait}(5) sc query | {StartAndCheck}", "113584 113580", "Succeeded", 0, ResourceState.ISP);
    }

    [Fact]
    public async Task Recover_believes_a_service_that_somebody_else_has_started_meanwhile()
    {
        var script = new Script([Running, Stopped, Running]);
        using var harness = new ActionHarness(script);

        var seen = await harness.RunAsync(ResourceAction.Recover, Token);

        Verify(seen, RecoverBegin + "(3) sc stop | (4) sc query | (5) sc query | (A) END successful (113580)", "113584 113580", "Succeeded", 0, ResourceState.ISP);
        Assert.DoesNotContain("start", script.Commands);
    }

    [Theory, MemberData(nameof(Statuses))]
    public async Task Recover_starts_unless_the_service_runs_at_step_5(ServiceStatus? status)
    {
        using var harness = new ActionHarness(new Script([Stopped, status, Running]));

        var seen = await harness.RunAsync(ResourceAction.Recover, Token);

        var rest = status == Running ? "(A) END successful (113580)" : StartAndCheck;
        Verify(seen, $"{RecoverBegin}(5) sc query | {rest}", "113584 113580", "Succeeded", 0, ResourceState.ISP);
    }

    [Theory, MemberData(nameof(Statuses))]
    public async Task Recover_waits_for_the_start_and_gives_up_on_a_stopped_or_unreadable_service(ServiceStatus? status)
    {
        using var harness = new ActionHarness(new Script([Stopped, Stopped, status, Running]));

        var seen = await harness.RunAsync(ResourceAction.Recover, Token);

        if (status is Stopped or null)
        {
            Verify(seen, RecoverBegin + "(5) sc query | (6) sc start | (7) sc query | (B) END failed (113581)", "113584 113581", "Failed", 1, ResourceState.OSF);
            return;
        }

        var wait = status == Running ? "" : "(7) at most 12 times | (7) wait 5 s | (7) sc query | ";
        Verify(seen, $"{RecoverBegin}(5) sc query | (6) sc start | (7) sc query | {wait}{DeepGood} | (A) END successful (113580)", "113584 113580", "Succeeded", 0, ResourceState.ISP);
    }

    [Fact]
    public async Task Recover_fails_when_the_stop_command_does()
    {
        using var harness = new ActionHarness(new Script([Running], stops: false));

        var seen = await harness.RunAsync(ResourceAction.Recover, Token);

        Verify(seen, RecoverBegin + "(3) sc stop | (3) command failed (113007) | (B) END failed (113581)", "113584 113007 113581", "Failed", 2, ResourceState.OSF);
    }

    [Fact]
    public async Task Recover_fails_when_the_start_command_does()
    {
        using var harness = new ActionHarness(new Script([Running, Stopped], starts: false));

        var seen = await harness.RunAsync(ResourceAction.Recover, Token);

        Verify(seen, RecoverBegin + "(3) sc stop | (4) sc query | (5) sc query | (6) sc start | (6) command failed (113005) | (B) END failed (113581)", "113584 113005 113581", "Failed", 2, ResourceState.OSF);
    }

    [Fact]
    public async Task Recover_gives_up_on_a_stop_or_a_start_after_13_queries()
    {
        using var stopping = new ActionHarness(new Script([Running, StopPending]));
        using var starting = new ActionHarness(new Script([Stopped, Stopped, StartPending]));

        var stop = await stopping.RunAsync(ResourceAction.Recover, Token);
        var start = await starting.RunAsync(ResourceAction.Recover, Token);

        Assert.Equal([113584, 113008, 113581], stop.EventIds);
        Assert.Equal([113584, 113006, 113581], start.EventIds);
        Assert.Equal((13, 13), (stop.Steps.Count(step => step == "(4) sc query"), start.Steps.Count(step => step == "(7) sc query")));
        Assert.Equal((3, 3), (stop.ReturnValue, start.ReturnValue));
        Assert.Equal((TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)), (stop.Took, start.Took));
    }

    [Fact]
    public async Task Recover_uses_all_repeats_of_both_loops_and_still_succeeds()
    {
        using var harness = new ActionHarness(new Script(
            [Running, .. Enumerable.Repeat<ServiceStatus?>(StopPending, 12), Stopped, Stopped, .. Enumerable.Repeat<ServiceStatus?>(StartPending, 12), Running]));

        var seen = await harness.RunAsync(ResourceAction.Recover, Token);

        Assert.Equal(("Succeeded", 0, ResourceState.ISP, TimeSpan.FromSeconds(120)), (seen.Result, seen.ReturnValue, seen.State, seen.Took));
        Assert.Equal((13, 13), (seen.Steps.Count(step => step == "(4) sc query"), seen.Steps.Count(step => step == "(7) sc query")));
    }

    [Theory, MemberData(nameof(DeepChecks))]
    public async Task Recover_checks_once(int check, string steps, string events, int returnValue)
    {
        using var harness = new ActionHarness(new Script([Stopped, Stopped, Running], checks: (Deep)check));

        var seen = await harness.RunAsync(ResourceAction.Recover, Token);

        var end = returnValue == 0 ? "(A) END successful (113580)" : "(B) END failed (113581)";
        Assert.Equal($"{RecoverBegin}(5) sc query | (6) sc start | (7) sc query | {steps} | {end}", string.Join(" | ", seen.Steps));
        Assert.Equal(events.Length == 0 ? 2 : 2 + events.Split('\n').Length, seen.Events.Count);
        Assert.Equal((returnValue, returnValue == 0 ? ResourceState.ISP : ResourceState.OSF), (seen.ReturnValue, seen.State));
    }

    // decision 6: counts and waits per resource

    [Fact]
    public async Task A_resource_may_set_its_own_counts_and_waits()
    {
        var script = new Script([Stopped, StartPending]);
        using var harness = new ActionHarness(script, ResourceState.OSU, resource => resource with { PollRepeats = 2, PollInterval = TimeSpan.FromSeconds(1) });

        var seen = await harness.RunAsync(ResourceAction.Restore, Token);

        Assert.Equal(3, seen.Steps.Count(step => step == "(4) sc query"));
        Assert.Equal((3, TimeSpan.FromSeconds(2)), (seen.ReturnValue, seen.Took));
    }

    private static void Verify(ActionHarness.Seen seen, string steps, string events, string result, int returnValue, ResourceState state)
    {
        Assert.Equal(steps, string.Join(" | ", seen.Steps));
        Assert.Equal(events, string.Join(' ', seen.EventIds));
        Assert.Equal((result, returnValue, state), (seen.Result, seen.ReturnValue, seen.State));
        Assert.Equal("Finished", seen.Run.SubStatus);
    }
}
