using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace PgWorkflows.Cli.Tests;

/// <summary>pgw is killed at any moment: the history opens, no run stays "running", the lease is free, and no effect is repeated.</summary>
public sealed class CrashTests
{
    private const int Kills = 50;

    [Fact]
    public async Task Fifty_kills_of_restore_and_recover_leave_an_honest_history()
    {
        using var service = await ScriptedService.CreateAsync(pauseSeconds: 0.05);
        using var pgw = new Pgw(service.Entry);
        await pgw.RunAsync("restore", "main"); // The first run also builds the history.
        service.SetState("1  STOPPED");
        var watch = Stopwatch.StartNew();
        await pgw.RunAsync("restore", "main");
        var usual = (int)watch.ElapsedMilliseconds; // However busy this machine is: the kills fall anywhere into a run.
        var random = new Random(20261122);

        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = pgw.Start(kill % 2 == 0 ? "recover" : "restore", "main");
            if (kill % 2 == 1)
                service.SetState("1  STOPPED");
            await Task.WhenAny(process.WaitForExitAsync(TestContext.Current.CancellationToken), Delay(random.Next(0, usual)));
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            await service.SettleAsync();

            var runs = (await pgw.JsonAsync("history", "--last", "1000")).EnumerateArray().ToList();
            Assert.All(runs, run => Assert.Equal("Finished", run.GetProperty("status").GetString()));
        }

        var all = (await pgw.JsonAsync("history", "--last", "1000")).EnumerateArray().ToList();
        var interrupted = all.Where(run => run.GetProperty("result").GetString() == "Interrupted").ToList();
        Assert.NotEmpty(interrupted);
        var shown = await Task.WhenAll(interrupted.Select(run => pgw.JsonAsync("show", run.GetProperty("id").GetString()!)));
        Assert.All(shown, run => Assert.StartsWith("Interrupted: process ", run.GetProperty("note").GetString()));
        Assert.All(shown, run => Assert.All(run.GetProperty("steps").EnumerateArray(), step => Assert.NotEqual("Running", step.GetProperty("status").GetString())));

        // Every start and stop that the service saw is in the history as an intent, stored before it was issued. One that was cut off may or may not have been issued.
        var steps = (await Task.WhenAll(all.Select(run => pgw.JsonAsync("show", run.GetProperty("id").GetString()!)))).SelectMany(run => run.GetProperty("steps").EnumerateArray()).ToList();
        foreach (var (verb, activity) in new[] { ("start", "PgWorkflows.StartService"), ("stop", "PgWorkflows.StopService") })
        {
            var issued = service.Log.Count(line => line == verb);
            var intended = steps.Where(step => step.GetProperty("activity").GetString() == activity).ToList();
            var completed = intended.Count(step => step.GetProperty("status").GetString() == "Completed");
            Assert.InRange(issued, completed, intended.Count);
        }

        Assert.Equal(0, (await pgw.RunAsync("restore", "main")).ExitCode); // The lease is free.
        var doctor = await pgw.JsonAsync("doctor");
        Assert.Contains(doctor.EnumerateArray(), diagnosis => diagnosis.GetProperty("subject").GetString() == "history" && diagnosis.GetProperty("verdict").GetString() == "Good");
    }

    [Fact]
    public async Task An_interrupted_action_leaves_OSF_and_says_which_step_is_in_doubt()
    {
        using var service = await ScriptedService.CreateAsync(pauseSeconds: 3);
        using var pgw = new Pgw(service.Entry);
        using var process = pgw.Start("restore", "main");
        await service.SawAsync("start");
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        var state = await pgw.JsonAsync("state", "main");
        var run = await pgw.JsonAsync("show", "last");

        Assert.Equal("OSF", state.GetProperty("state").GetString());
        Assert.Contains("Whether '(3) sc start' took effect is not known; it is not repeated.", state.GetProperty("reason").GetString());
        Assert.Equal("Interrupted", run.GetProperty("result").GetString());
        Assert.Contains(run.GetProperty("events").EnumerateArray(), e => e.GetProperty("id").GetInt32() == 113504);
        Assert.Single(service.Log);
    }

    [Fact]
    public async Task A_waiting_run_of_a_living_process_is_left_alone()
    {
        using var service = await ScriptedService.CreateAsync();
        service.Replace("sc", "case $1 in query) printf 'SERVICE_NAME: x\\n        STATE              : 2  START_PENDING\\n' ;; esac");
        var entry = service.Entry;
        entry["pollInterval"] = "00:01:00";
        using var pgw = new Pgw(entry);
        using var process = pgw.Start("restore", "main");
        await service.UntilAsync(async () => (await pgw.JsonAsync("history")).EnumerateArray().Any(run => run.GetProperty("subStatus").GetString() == "Suspended"));

        var doctor = await pgw.RunAsync("doctor");
        var second = await pgw.RunAsync("remove", "main");
        var runs = (await pgw.JsonAsync("history")).EnumerateArray().ToList();
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain("Interrupted", doctor.Stdout);
        Assert.Equal(75, second.ExitCode);
        Assert.Equal("Running", Assert.Single(runs).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Ctrl_C_closes_the_run_as_interrupted()
    {
        using var service = await ScriptedService.CreateAsync();
        service.Replace("sc", "case $1 in query) printf 'SERVICE_NAME: x\\n        STATE              : 2  START_PENDING\\n' ;; esac");
        var entry = service.Entry;
        entry["pollInterval"] = "00:01:00";
        using var pgw = new Pgw(entry);
        using var process = pgw.Start("restore", "main", "--json");
        await service.UntilAsync(async () => (await pgw.JsonAsync("history")).EnumerateArray().Any(run => run.GetProperty("subStatus").GetString() == "Suspended"));

        Signals.Interrupt(process.Id);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(76, process.ExitCode);
        Assert.Equal("Interrupted", JsonSerializer.Deserialize<JsonElement>(output).GetProperty("result").GetString());
    }

    private static Task Delay(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);
}
