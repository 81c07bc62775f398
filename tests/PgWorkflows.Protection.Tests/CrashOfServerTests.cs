using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>The server is killed in the middle of an action and comes back: it looks first, and no effect is ever repeated.</summary>
public sealed class CrashOfServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_inside_remove_and_started_by_the_operator_meanwhile_the_service_is_not_stopped_again()
    {
        using var services = await ScriptedServices.CreateAsync(pauseSeconds: 1);
        await using var server = await TestServer.StartAsync([await services.AddAsync("main")]);
        var recorded = new Recorded(server);
        await RunAsync(server, "remove");
        await Until.TrueAsync(() => services.Log("main").Contains("stop"));
        await server.KillAsync();
        await Until.TrueAsync(() => !services.IsBusy("main")); // The service manager finishes what it was told.
        services.SetState("main", "4  RUNNING"); // And the operator starts the database again.

        await server.StartAgainAsync();
        await Until.TrueAsync(() => recorded.Runs("remove") is [{ Status: "Finished" }]);

        var run = Assert.Single(recorded.Runs("remove"));
        Assert.Equal("Superseded", run.Result);
        Assert.Contains("it had come to '(3) sc stop', and main was seen as Running", run.Note);
        Assert.Equal(["stop"], services.Log("main"));
        Assert.Equal("4  RUNNING", services.State("main"));
        Assert.DoesNotContain(113521L, recorded.Events("main"));
        Assert.Equal("as configured", recorded.StateOf("main"));
        Assert.Equal(0, recorded.Count("select count(*) from lease where instance_id is not null"));
        Assert.Contains(recorded.Query<string>($"select message from journal where instance_id = '{run.Id}' and message is not null"), message => message.StartsWith("Superseded:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Killed_inside_the_stop_of_recover_it_goes_on_when_the_service_has_stopped_and_stops_it_only_once()
    {
        using var services = await ScriptedServices.CreateAsync(pauseSeconds: 1);
        await using var server = await TestServer.StartAsync([await services.AddAsync("main")]);
        var recorded = new Recorded(server);
        await RunAsync(server, "recover");
        await Until.TrueAsync(() => services.Log("main").Contains("stop"));
        await server.KillAsync();
        await Until.TrueAsync(() => !services.IsBusy("main"));

        await server.StartAgainAsync();
        await Until.TrueAsync(() => recorded.Runs("recover") is [{ Status: "Finished" }]);

        Assert.Equal("Succeeded", Assert.Single(recorded.Runs("recover")).Result);
        Assert.Equal(["stop", "start"], services.Log("main"));
        Assert.Equal("ISP", recorded.StateOf("main"));
        Assert.Contains(recorded.Query<string?>("select sentence from activity_record"), sentence => sentence?.StartsWith("the process ended before the answer was stored; main was seen as Stopped", StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task Killed_inside_a_recovery_that_a_failed_check_led_to_it_still_calls_for_a_human_when_that_fails()
    {
        using var services = await ScriptedServices.CreateAsync(pauseSeconds: 1);
        services.Replace("psql", "exit 2");
        var entry = await services.AddAsync("main");
        entry["localRecovery"] = true;
        await using var server = await TestServer.StartAsync([entry]);
        var recorded = new Recorded(server);
        await Until.TrueAsync(() => services.Log("main").Contains("stop")); // deepCheck has failed, protect has begun a recover.
        await server.KillAsync();
        await Until.TrueAsync(() => !services.IsBusy("main"));
        services.Break("main");

        await server.StartAgainAsync();
        await Until.TrueAsync(() => recorded.Runs("recover") is [{ Result: "Failed" }] && recorded.Runs("protect").All(run => run.Status == "Finished"));

        Assert.Equal(["stop", "start"], services.Log("main"));
        var call = Assert.Single(recorded.Query<string>("select text from event where message_id = 114000"));
        Assert.Contains($"Automatic recovery ended as Failed (run {recorded.Runs("recover")[0].Id})", call);
    }

    [Fact]
    public async Task An_action_that_waits_goes_on_at_its_due_time_after_a_crash()
    {
        using var services = await ScriptedServices.CreateAsync();
        var entry = await services.AddAsync("main", "1  STOPPED");
        entry["pollInterval"] = "00:00:02";
        services.Replace("sc", "cd \"$(dirname \"$0\")/$2\"; case $1 in query) printf 'SERVICE_NAME: x\\n        STATE              : %s\\n' \"$(cat state)\" ;; start) echo start >> log; echo '2  START_PENDING' > state ;; esac");
        await using var server = await TestServer.StartAsync([entry]);
        var recorded = new Recorded(server);
        await RunAsync(server, "restore");
        await Until.TrueAsync(() => recorded.Runs("restore") is [{ SubStatus: "Suspended" }]);
        await server.KillAsync();
        services.SetState("main", "4  RUNNING");

        await server.StartAgainAsync();
        await Until.TrueAsync(() => recorded.Runs("restore") is [{ Status: "Finished" }]);

        Assert.Equal("Succeeded", Assert.Single(recorded.Runs("restore")).Result);
        Assert.Equal(["start"], services.Log("main"));
        Assert.Equal(0, recorded.Count("select count(*) from bookmark"));
    }

    [Fact]
    public async Task Told_to_stop_it_finishes_the_command_under_way_and_goes_on_when_it_is_back()
    {
        using var services = await ScriptedServices.CreateAsync(pauseSeconds: 1);
        await using var server = await TestServer.StartAsync([await services.AddAsync("main")]);
        var recorded = new Recorded(server);
        await RunAsync(server, "recover");
        await Until.TrueAsync(() => services.Log("main").Contains("stop"));

        await server.StopAsync();
        Assert.False(services.IsBusy("main"));
        Assert.Equal(["Completed"], recorded.Query<string>("select status from activity_record where activity_type = 'PgWorkflows.StopService'"));
        Assert.Equal("Running", Assert.Single(recorded.Runs("recover")).Status);

        await server.StartAgainAsync();
        await Until.TrueAsync(() => recorded.Runs("recover") is [{ Status: "Finished" }]);
        Assert.Equal("Succeeded", Assert.Single(recorded.Runs("recover")).Result);
        Assert.Equal(["stop", "start"], services.Log("main"));
    }

    [Fact]
    public async Task A_second_server_on_the_same_history_is_refused()
    {
        using var services = await ScriptedServices.CreateAsync();
        await using var server = await TestServer.StartAsync([await services.AddAsync("main")]);

        var second = await Second.RunAsync(server.Data, Token);

        Assert.Equal(73, second.ExitCode);
        Assert.Contains("serves it. Stop that server first", second.Error);
    }

    internal static async Task RunAsync(TestServer server, string action, string resource = "main")
    {
        using var client = server.CreateClient();
        using var answer = await client.PostAsync($"/api/resources/{resource}/actions/{action}?wait=0", null, Token);
        Assert.True(answer.IsSuccessStatusCode, server.Log); // A quick one has ended already.
    }
}
