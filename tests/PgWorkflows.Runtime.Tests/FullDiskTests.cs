using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Runtime.Tests;

/// <summary>The disk fills up in the middle of an action: a real history on a disk of a few megabytes.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_done_and_could_not_be_recorded_is_told_and_is_recorded_when_there_is_space()
    {
        await using var disk = await SmallDisk.MountAsync(16);
        var script = new Script([ServiceStatus.Running, ServiceStatus.Running, ServiceStatus.Stopped]);
        using var harness = ActionHarness.In(disk.Folder, script);
        using var held = harness.Database.Hold();
        await harness.RunAsync(ResourceAction.QuickCheck, Token); // The definitions are there before the disk is full.
        FillAt(disk, script, "stop");

        var lost = await Assert.ThrowsAsync<HistoryLostException>(() => harness.RunAsync(ResourceAction.Remove, Token));

        Assert.Contains("Done, but not recorded: (3) sc stop Succeeded.", lost.Message);
        Assert.Equal(HistoryTroubleKind.Full, harness.Database.Health.Trouble?.Kind);
        Assert.Equal(1, script.Commands.Count(verb => verb == "stop"));

        // Nothing else begins, and nothing is asked of the service manager.
        var asked = script.Commands.Count;
        foreach (var action in ResourceAction.All)
        {
            var refusal = await Assert.ThrowsAsync<HistoryException>(() => harness.RunAsync(action, Token));
            Assert.Contains("Make space on the disk of the data folder. Nothing was begun", refusal.Message);
        }

        Assert.Equal(asked, script.Commands.Count);
        Assert.Equal("remove", (await harness.States.HolderAsync("main", Token))?.Action); // Reading goes on.

        await RecoverAsync(disk, harness);
        var run = (await harness.History.ListAsync("main", 10, Token)).Single(run => run.Action == "remove");
        Assert.Equal((RunResults.Interrupted, "Finished"), (run.Result, run.Status));
        Assert.Contains("Done before: (3) sc stop [\"Succeeded\"].", run.ClosingNote);
        Assert.Contains("No start or stop was under way.", run.ClosingNote);
        Assert.Contains(await harness.History.StepsAsync(run.Id, Token), step => step is { Label: "(3) sc stop", Outcomes: ["Succeeded"] });
        Assert.Equal(ResourceState.OSF, await harness.States.GetAsync("main", Token));
        Assert.Null(await harness.States.HolderAsync("main", Token));
        Assert.Equal("Succeeded", (await harness.RunAsync(ResourceAction.Remove, Token)).Result);
    }

    [Fact]
    public async Task An_effect_whose_intent_cannot_be_stored_is_not_begun()
    {
        await using var disk = await SmallDisk.MountAsync(16);
        var script = new Script([ServiceStatus.Running, ServiceStatus.Running, ServiceStatus.Stopped]);
        using var harness = ActionHarness.In(disk.Folder, script);
        using var held = harness.Database.Hold();
        await harness.RunAsync(ResourceAction.QuickCheck, Token);
        FillAt(disk, script, "query"); // (2), right before (3) sc stop.

        var lost = await Assert.ThrowsAsync<HistoryLostException>(() => harness.RunAsync(ResourceAction.Remove, Token));

        Assert.Contains("No start or stop is missing from the history.", lost.Message);
        Assert.DoesNotContain("stop", script.Commands);
        await RecoverAsync(disk, harness);
        var run = (await harness.History.ListAsync("main", 10, Token)).Single(run => run.Action == "remove");
        Assert.Equal(RunResults.Interrupted, run.Result);
        Assert.Contains("No start or stop was under way.", run.ClosingNote);
        Assert.Equal("Succeeded", (await harness.RunAsync(ResourceAction.Remove, Token)).Result);
    }

    [Fact]
    public async Task A_run_that_had_come_to_its_end_has_its_true_end_later()
    {
        await using var disk = await SmallDisk.MountAsync(16);
        var script = new Script([ServiceStatus.Running, ServiceStatus.Running, ServiceStatus.Stopped]);
        using var harness = ActionHarness.In(disk.Folder, script);
        using var held = harness.Database.Hold();
        await harness.RunAsync(ResourceAction.QuickCheck, Token);
        FillAt(disk, script, "query");

        await Assert.ThrowsAsync<HistoryLostException>(() => harness.RunAsync(ResourceAction.QuickCheck, Token)); // A check that finds all well is stored once, at its end.

        await RecoverAsync(disk, harness);
        var run = (await harness.History.ListAsync("main", 1, Token))[0];
        Assert.Equal(("Succeeded", 0, "Finished", null), (run.Result, run.ReturnValue, run.Status, run.ClosingNote));
        Assert.Contains(await harness.History.StepsAsync(run.Id, Token), step => step is { Label: "(2) sc query", Outcomes: ["Running"] });
    }

    [Fact]
    public async Task It_is_told_once_however_long_it_lasts()
    {
        await using var disk = await SmallDisk.MountAsync(16);
        using var harness = ActionHarness.In(disk.Folder, new Script([ServiceStatus.Running]));
        using var held = harness.Database.Hold();
        await harness.RunAsync(ResourceAction.QuickCheck, Token);
        var told = new List<string>();
        var watch = new HistoryWatch(harness.Database, harness.Runs, harness.Time)
        {
            Failed = trouble => told.Add($"failed: {trouble.Kind}"),
            Recovered = _ => told.Add("recovered"),
        };

        for (var round = 0; round < 3; round++)
        {
            disk.Fill();
            Assert.False(harness.Database.TryWriting());
            for (var turn = 0; turn < 5; turn++)
                await watch.TurnAsync(Token);
            disk.Free();
            for (var turn = 0; turn < 3; turn++)
                await watch.TurnAsync(Token);
        }

        Assert.Equal(Enumerable.Repeat(new[] { "failed: Full", "recovered" }, 3).SelectMany(pair => pair), told);
    }

    /// <summary>Fills the disk when the service manager is asked that for the first time from now on.</summary>
    private static void FillAt(SmallDisk disk, Script script, string when) => script.Asked = verb =>
    {
        if (verb != when)
            return;
        script.Asked = null;
        disk.Fill();
    };

    /// <summary>There is space again, and some looks at it later everything goes on; other tests may close pooled files in between.</summary>
    private static async Task RecoverAsync(SmallDisk disk, ActionHarness harness)
    {
        var recorded = new List<ClosedRun>();
        var watch = new HistoryWatch(harness.Database, harness.Runs, harness.Time) { Recorded = recorded.Add };
        await watch.TurnAsync(Token);
        Assert.False(harness.Database.Health.IsWritable); // It is still full.
        disk.Free();
        for (var look = 0; look < 5 && !harness.Database.Health.IsWritable; look++)
            await watch.TurnAsync(Token);

        Assert.True(harness.Database.Health.IsWritable);
        Assert.Single(recorded);
        Assert.False(harness.Runs.HasLost);
        Assert.Null(harness.Database.CheckIntegrity());
    }
}
