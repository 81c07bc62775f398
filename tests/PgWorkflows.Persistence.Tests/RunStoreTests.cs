using Dapper;
using PgWorkflows.Persistence.Leases;
using PgWorkflows.Persistence.Runs;
using Xunit;

namespace PgWorkflows.Persistence.Tests;

public sealed class RunStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_writers_of_one_state_exactly_one_wins()
    {
        using var stored = await Stored.CreateAsync();
        var run = await stored.BegunAsync("r1", "restore");

        var first = await stored.Runs.TrySaveAsync(Stored.Apply(run));
        var second = await stored.Runs.TrySaveAsync(Stored.Apply(run));

        Assert.NotNull(first);
        Assert.Null(second);
    }

    [Fact]
    public async Task A_second_action_learns_who_holds_the_resource_and_leaves_no_run()
    {
        using var stored = await Stored.CreateAsync();
        await stored.BegunAsync("r1", "restore");

        var second = await stored.BeginAsync("r2", "remove");

        var busy = Assert.IsType<BeginResult.Busy>(second);
        Assert.Equal(("r1", "restore", ProcessIdentity.Current), (busy.Holder.InstanceId, busy.Holder.Action, busy.Holder.Owner));
        Assert.Single(await stored.History.ListAsync(null, 10, Token));
    }

    [Fact]
    public async Task A_check_that_meets_an_action_is_stored_as_skipped()
    {
        using var stored = await Stored.CreateAsync();
        await stored.BegunAsync("r1", "restore");

        var check = Assert.IsType<BeginResult.Busy>(await stored.BeginAsync("c1", "quickCheck", changes: false));

        var run = Assert.Single(await stored.History.FindAsync(check.SkippedRunId!, Token));
        Assert.Equal(("Skipped", 0, "Finished"), (run.Result, run.ReturnValue, run.Status));
        Assert.Contains("run r1", run.ClosingNote);
    }

    [Fact]
    public async Task An_action_that_begins_ends_the_checks_under_way()
    {
        using var stored = await Stored.CreateAsync();
        var check = await stored.BegunAsync("c1", "quickCheck", changes: false);

        await stored.BegunAsync("r1", "restore");

        Assert.Equal("restore began (run r1)", await stored.Runs.CancelReasonAsync("c1", Token));
        Assert.Null(await stored.Runs.TrySaveAsync(Stored.Apply(check)));
    }

    [Fact]
    public async Task The_end_of_a_run_gives_the_lease_back_and_the_fencing_number_grows()
    {
        using var stored = await Stored.CreateAsync();
        var first = await stored.BegunAsync("r1", "restore");
        await stored.Runs.TrySaveAsync(Stored.Apply(first));

        var second = await stored.BegunAsync("r2", "remove");

        Assert.Equal((1L, 2L), (first.Fence, second.Fence));
    }

    [Fact]
    public async Task An_intent_is_refused_when_a_newer_action_owns_the_resource()
    {
        using var stored = await Stored.CreateAsync();
        var old = await stored.BegunAsync("r1", "remove");
        using (var connection = stored.Database.Connect())
            await connection.ExecuteAsync("update lease set instance_id = 'other', fence = fence + 1");

        Assert.Null(await stored.Runs.TrySaveIntentAsync(old, Token));
    }

    [Fact]
    public async Task An_intent_that_was_stored_names_the_step_in_doubt_when_its_process_is_gone()
    {
        using var stored = await Stored.CreateAsync();
        var run = await stored.BegunAsync("r1", "restore");
        await stored.Runs.TrySaveIntentAsync(run, Token);
        await PretendThatTheProcessIsGoneAsync(stored);

        var closed = Assert.Single(await stored.Runs.CloseGoneAsync(null, Token));

        Assert.Contains("Whether '(1) push' took effect is not known; it is not repeated.", closed.Note);
        var run1 = Assert.Single(await stored.History.FindAsync("r1", Token));
        Assert.Equal((RunResults.Interrupted, "Finished"), (run1.Result, run1.Status));
        await stored.BegunAsync("r2", "recover"); // The lease is free.
        Assert.Empty(await stored.Runs.CloseGoneAsync(null, Token)); // And r2 has a process.
    }

    private static async Task PretendThatTheProcessIsGoneAsync(Stored stored)
    {
        using var connection = stored.Database.Connect();
        await connection.ExecuteAsync("update workflow_instance set owner_started = owner_started - 1; update lease set owner_started = owner_started - 1");
    }
}
