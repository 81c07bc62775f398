using Dapper;
using PgWorkflows.Persistence.Checks;
using PgWorkflows.Persistence.Hosted;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Postgres.Resources;
using Xunit;

namespace PgWorkflows.Persistence.Tests;

/// <summary>Runs of another host beside our own: one lease, one fence, one state, whoever carries the run.</summary>
public sealed class HostedRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_both_homes_only_one_has_a_resource()
    {
        using var stored = await Stored.CreateAsync();
        var hosted = new HostedRuns(stored.Database, stored.Time);

        Assert.IsType<HostedBegin.Begun>(await hosted.BeginAsync(Action("e1"), Token));
        var own = Assert.IsType<BeginResult.Busy>(await stored.BeginAsync("r1", "restore"));
        Assert.Equal("e1", own.Holder.InstanceId);

        Assert.Equal("Incomplete", (await hosted.EndAsync("e1", RunResults.Incomplete, null, null))!.Result);
        Assert.IsType<BeginResult.Begun>(await stored.BeginAsync("r2", "restore"));
        var busy = Assert.IsType<HostedBegin.Busy>(await hosted.BeginAsync(Action("e2"), Token));
        Assert.Equal("r2", busy.Holder.InstanceId);
    }

    [Fact]
    public async Task An_action_of_either_home_ends_the_checks_of_both()
    {
        using var stored = await Stored.CreateAsync();
        var hosted = new HostedRuns(stored.Database, stored.Time);
        await hosted.BeginAsync(new("c1", "main", "quickCheck", HostedKind.Check), Token);
        await stored.BegunAsync("c2", "quickCheck", changes: false);

        await hosted.BeginAsync(Action("e1"), Token);

        Assert.Equal("remove began (run e1)", await hosted.CancelReasonAsync("c1", Token));
        Assert.Equal("remove began (run e1)", await stored.Runs.CancelReasonAsync("c2", Token));
        await hosted.EndAsync("e1", RunResults.Incomplete, null, null);
        await hosted.BeginAsync(new("c3", "MAIN", "quickCheck", HostedKind.Check), Token);
        await stored.BegunAsync("r1", "restore");
        Assert.Equal("restore began (run r1)", await hosted.CancelReasonAsync("c3", Token));
    }

    [Fact]
    public async Task A_check_that_is_still_running_elsewhere_is_not_due_and_its_failure_is_no_event_here()
    {
        using var stored = await Stored.CreateAsync();
        var hosted = new HostedRuns(stored.Database, stored.Time);
        var clock = new CheckClock(stored.Database, new ResourceList(
        [
            new() { Name = "main", ServiceControl = ServiceControlKind.PgCtl, Service = "main", DataDirectory = "/data", BinDirectory = "/bin", Port = 5432, InitialState = ResourceState.ISP },
        ]));
        await hosted.BeginAsync(new("c1", "main", "quickCheck", HostedKind.Check), Token);

        Assert.True(Assert.Single(await clock.ReadAsync("quickCheck", Token)).IsUnderWay);
        Assert.False(Assert.Single(await clock.ReadAsync("deepCheck", Token)).IsUnderWay);
        await hosted.StoreAsync("c1", "end", ["Done"], [new ActionEnded("main", ActionResult.Failed, 1)]);
        await hosted.EndAsync("c1", "Failed", 1, null);

        var check = Assert.Single(await clock.ReadAsync("quickCheck", Token));
        Assert.Equal((false, stored.Time.GetUtcNow()), (check.IsUnderWay, check.LastStarted));
        using var connection = stored.Database.Connect();
        Assert.Equal(0, connection.ExecuteScalar<long>("select count(*) from pending_event"));
    }

    [Fact]
    public async Task The_same_effect_is_intended_once()
    {
        using var stored = await Stored.CreateAsync();
        var hosted = new HostedRuns(stored.Database, stored.Time);
        await hosted.BeginAsync(Action("e1"), Token);

        Assert.True(await hosted.TryIntendAsync("e1", "main", "a1", "(3) sc stop", Token));
        Assert.False(await hosted.TryIntendAsync("e1", "main", "a1", "(3) sc stop", Token));
        await hosted.StoreAsync("e1", "a1", ["Succeeded"], []);
        Assert.False(await hosted.TryIntendAsync("e1", "main", "a1", "(3) sc stop", Token));
        Assert.True(await hosted.TryIntendAsync("e1", "main", "a2", "(3) sc stop", Token));
    }

    [Theory]
    [InlineData("update lease set instance_id = 'somebody', fence = fence + 1")]
    [InlineData("update hosted_run set cancel_reason = 'an operator'")]
    [InlineData("update hosted_run set ended_at = 1")]
    [InlineData("update hosted_run set owner_pid = owner_pid + 1")]
    public async Task Nothing_is_intended_by_a_run_that_is_over_or_has_lost_its_resource(string change)
    {
        using var stored = await Stored.CreateAsync();
        var hosted = new HostedRuns(stored.Database, stored.Time);
        await hosted.BeginAsync(Action("e1"), Token);
        using (var connection = stored.Database.Connect())
            await connection.ExecuteAsync(change);

        Assert.False(await hosted.TryIntendAsync("e1", "main", "a1", "(3) sc stop", Token));
    }

    [Fact]
    public async Task A_run_whose_process_is_gone_is_closed_and_never_goes_on()
    {
        using var stored = await Stored.CreateAsync();
        var hosted = new HostedRuns(stored.Database, stored.Time);
        await hosted.BeginAsync(Action("e1"), Token);
        await hosted.TryIntendAsync("e1", "main", "a1", "(3) sc stop", Token);
        await hosted.StoreAsync("e1", "a1", ["Succeeded"], []);
        await hosted.TryIntendAsync("e1", "main", "a2", "(6) sc start", Token);
        await GoneAsync(stored);

        var end = Assert.IsType<HostedBegin.Ended>(await hosted.BeginAsync(Action("e1"), Token)).End;

        Assert.Equal("Interrupted", end.Result);
        Assert.EndsWith("Done before: (3) sc stop Succeeded. Whether '(6) sc start' took effect is not known; it is not repeated.", end.Note, StringComparison.Ordinal);
        Assert.IsType<HostedBegin.Ended>(await hosted.BeginAsync(Action("e1"), Token));
        var states = new ResourceStateStore(stored.Database, new ResourceList([]), stored.Time);
        Assert.Equal((ResourceState.OSF, end.Note), ((await states.FindAsync("main", Token)).State, (await states.FindAsync("main", Token)).Reason));
        Assert.Null(await states.HolderAsync("main", Token));
    }

    [Fact]
    public async Task Our_own_home_does_not_wait_for_an_Elsa_server_that_has_died()
    {
        using var stored = await Stored.CreateAsync();
        var hosted = new HostedRuns(stored.Database, stored.Time);
        await hosted.BeginAsync(Action("e1"), Token);
        await GoneAsync(stored);

        var closed = Assert.Single(await stored.Runs.CloseGoneAsync("main", Token));

        Assert.Equal(("e1", "main", "remove"), (closed.Id, closed.Resource, closed.Action));
        Assert.IsType<BeginResult.Begun>(await stored.BeginAsync("r1", "restore"));
    }

    [Fact]
    public async Task A_run_that_another_machine_waits_with_is_taken_over_unless_an_effect_is_in_doubt()
    {
        using var stored = await Stored.CreateAsync();
        var hosted = new HostedRuns(stored.Database, stored.Time);
        await hosted.BeginAsync(Action("e1"), Token);
        await ElsewhereAsync(stored);

        Assert.IsType<HostedBegin.Begun>(await hosted.BeginAsync(Action("e1"), Token));
        Assert.True(await hosted.TryIntendAsync("e1", "main", "a1", "(3) sc stop", Token));
        await ElsewhereAsync(stored);
        Assert.IsType<HostedBegin.Ended>(await hosted.BeginAsync(Action("e1"), Token));
    }

    [Fact]
    public async Task Events_results_and_states_are_those_of_any_run()
    {
        using var stored = await Stored.CreateAsync();
        var hosted = new HostedRuns(stored.Database, stored.Time);
        await hosted.BeginAsync(Action("e1"), Token);

        await hosted.StoreAsync("e1", "a1", ["Done"],
            [new EventLogged(113520, EventSeverity.Information, "stopped", "main"), new ResourceStateChanged("main", ResourceState.OSU, "Succeeded (113520)"), new ActionEnded("main", ActionResult.Succeeded, 0)]);

        Assert.Equal(113520, Assert.Single(await stored.History.EventsAsync("e1", null, 10, Token)).Id);
        Assert.Equal(("Succeeded", 0), ((await hosted.EndAsync("e1", RunResults.Incomplete, null, null)) is { } end ? (end.Result, end.ReturnValue) : default));
        Assert.Equal(ResourceState.OSU, await new ResourceStateStore(stored.Database, new ResourceList([]), stored.Time).GetAsync("main", Token));
    }

    private static HostedRun Action(string id) => new(id, "main", "remove", HostedKind.Action);

    private static async Task GoneAsync(Stored stored)
    {
        using var connection = stored.Database.Connect();
        await connection.ExecuteAsync("update hosted_run set owner_started = owner_started + 1; update lease set owner_started = owner_started + 1");
    }

    private static async Task ElsewhereAsync(Stored stored)
    {
        using var connection = stored.Database.Connect();
        await connection.ExecuteAsync("update hosted_run set owner_host = 'elsewhere'; update lease set owner_host = 'elsewhere'");
        Assert.False(new ProcessIdentity("elsewhere", "", 1, 1).IsGone());
    }
}
