using Dapper;
using Elsa.Workflows;
using Microsoft.Data.Sqlite;
using PgWorkflows.Persistence;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Runtime;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Elsa.Tests;

/// <summary>One state-changing action at a time per resource, over both homes; and nothing is done by a run that has lost its resource.</summary>
public sealed class LeaseTests(ElsaHome home) : IClassFixture<ElsaHome>
{
    private static readonly ServiceStatus?[] RunningThenStopped = [ServiceStatus.Running, ServiceStatus.Stopped];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Gate _gate = new();

    [Fact]
    public async Task An_action_in_Elsa_is_refused_while_our_own_home_has_the_resource()
    {
        await home.SetAsync(new Script(RunningThenStopped));
        home.World.Before = _gate.PassAsync;
        var own = new OwnHome(home);
        var removing = own.RunAsync(ResourceAction.Remove);
        await _gate.Reached;

        var refused = await home.StateAsync(await home.StartAsync("restore"));
        var skipped = await home.StateAsync(await home.StartAsync("quickCheck"));

        Assert.Equal(WorkflowSubStatus.Faulted, refused.SubStatus);
        Assert.Matches("^'main' is busy: remove \\(run [0-9a-f]{16}, process .*Nothing was done", Assert.Single(refused.Incidents).Message);
        Assert.Empty(await Journals.StepsAsync(home.Services, refused.Id));
        Assert.Equal(("Skipped", "0"), (skipped.Output["Result"], skipped.Output["ReturnValue"].ToString()));
        Assert.Empty(await Journals.StepsAsync(home.Services, skipped.Id));

        _gate.Open();
        Assert.Equal("Succeeded", await own.ResultAsync(await removing));
        Assert.Equal(["query", "stop", "query"], home.World.Script.Commands);
    }

    [Fact]
    public async Task An_action_of_our_own_home_is_refused_while_Elsa_has_the_resource()
    {
        await home.SetAsync(new Script(RunningThenStopped));
        home.World.Before = _gate.PassAsync;
        var removing = home.StartAsync("remove");
        await _gate.Reached;
        var own = new OwnHome(home);

        var busy = Assert.IsType<ActionOutcome.Busy>(await own.RunAsync(ResourceAction.Restore));
        var check = await own.ResultAsync(await own.RunAsync(ResourceAction.QuickCheck));

        Assert.Equal("remove", busy.Holder.Action);
        Assert.Equal("Skipped", check);
        _gate.Open();
        Assert.Equal(busy.Holder.InstanceId, await removing);
        Assert.Equal("Succeeded", (await home.StateAsync(await removing)).Output["Result"]);
    }

    [Fact]
    public async Task A_check_in_Elsa_ends_when_our_own_home_begins_an_action()
    {
        await home.SetAsync(new Script([ServiceStatus.Stopped]));
        home.World.Before = _gate.PassAsync;
        var checking = home.StartAsync("quickCheck");
        await _gate.Reached;
        home.World.Before = _ => Task.CompletedTask;

        var own = new OwnHome(home);
        Assert.Equal("Succeeded", await own.ResultAsync(await own.RunAsync(ResourceAction.Remove)));

        var check = await home.StateAsync(await checking.WaitAsync(TimeSpan.FromSeconds(10), Token));
        Assert.Equal((WorkflowSubStatus.Cancelled, "Skipped"), (check.SubStatus, check.Output["Result"]));
        Assert.Empty(await Journals.EventsAsync(home, check.Id));
    }

    [Fact]
    public async Task A_check_of_our_own_home_ends_when_Elsa_begins_an_action()
    {
        await home.SetAsync(new Script([ServiceStatus.Stopped]));
        home.World.Before = _gate.PassAsync;
        var own = new OwnHome(home);
        var checking = own.RunAsync(ResourceAction.QuickCheck);
        await _gate.Reached;
        home.World.Before = _ => Task.CompletedTask;

        Assert.Equal("Succeeded", (await home.RunAsync("remove")).Output["Result"]);

        Assert.Equal("Skipped", await own.ResultAsync(await checking.WaitAsync(TimeSpan.FromSeconds(10), Token)));
    }

    [Fact]
    public async Task The_fence_is_read_again_right_before_an_effect()
    {
        await home.SetAsync(new Script(RunningThenStopped));
        home.World.Before = _gate.PassAsync;
        var removing = home.StartAsync("remove");
        await _gate.Reached;

        // Somebody has taken the resource by force while the service was queried.
        await ExecuteAsync("update lease set fence = fence + 1, instance_id = 'somebody' where instance_id is not null");
        _gate.Open();

        var state = await home.StateAsync(await removing);
        Assert.Equal(WorkflowSubStatus.Cancelled, state.SubStatus);
        Assert.Equal(["query"], home.World.Script.Commands);
        Assert.EndsWith("(3) sc stop: Started, Canceled", (await Journals.StepsAsync(home.Services, state.Id))[^1], StringComparison.Ordinal);
        await ExecuteAsync("update lease set instance_id = null");
    }

    [Fact]
    public async Task An_effect_is_committed_before_and_after()
    {
        await home.SetAsync(new Script(RunningThenStopped));
        var seen = new List<string>();
        home.World.Before = async _ =>
        {
            if (await home.States.HolderAsync("main", Token) is { } holder)
                seen.Add(await Journals.StepsAsync(home.Services, holder.InstanceId) is [.., var last] ? last : "nothing yet");
        };

        await home.RunAsync("remove");

        // What Elsa's own store has at the first query, at the stop, and at the query after it.
        Assert.Equal(["nothing yet", "(3) sc stop: Started", "(3) sc stop: Started, Completed → Succeeded"], seen);
    }

    [Fact]
    public async Task An_operator_who_cancels_ends_the_command_and_the_action()
    {
        await home.SetAsync(new Script(RunningThenStopped));
        home.World.Before = _gate.PassAsync;
        var removing = home.StartAsync("remove");
        await _gate.Reached;
        var id = (await home.States.HolderAsync("main", Token))!.InstanceId;

        await home.CancelAsync(id);

        await removing.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal((WorkflowSubStatus.Cancelled, "Interrupted"), ((await home.StateAsync(id)).SubStatus, (await home.StateAsync(id)).Output["Result"]));
        Assert.Empty(home.World.Script.Commands);
        Assert.Equal(ResourceState.OSF, await home.States.GetAsync("main", Token));
        Assert.Null(await home.States.HolderAsync("main", Token));
    }

    [Fact]
    public async Task A_run_that_waited_while_its_process_died_is_not_continued()
    {
        await home.SetAsync(new Script([ServiceStatus.Running, ServiceStatus.StopPending, ServiceStatus.Stopped]));
        var id = await home.StartAsync("remove");
        var waiting = await home.StateAsync(id);
        Assert.Equal(WorkflowSubStatus.Suspended, waiting.SubStatus);
        await ExecuteAsync("update hosted_run set owner_started = owner_started + 1 where ended_at is null");

        await home.ResumeAsync(id, waiting.Bookmarks.First());

        Assert.Equal((WorkflowSubStatus.Cancelled, "Interrupted"), ((await home.StateAsync(id)).SubStatus, (await home.StateAsync(id)).Output["Result"]));
        Assert.Equal(["query", "stop", "query"], home.World.Script.Commands);
        Assert.Equal(ResourceState.OSF, await home.States.GetAsync("main", Token));
        Assert.Contains("Done before: (3) sc stop Succeeded", (await home.States.FindAsync("main", Token)).Reason, StringComparison.Ordinal);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(home.Data, Database.FileName)}");
        await connection.ExecuteAsync(sql);
    }
}
