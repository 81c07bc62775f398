using System.Text.Json;
using Xunit;

namespace PgWorkflows.Cli.Tests;

/// <summary>Many processes, one resource (actions.md, decision 17).</summary>
public sealed class ConcurrencyTests
{
    private const int Requests = 200;
    private const int AtOnce = 16;

    [Fact]
    public async Task Two_hundred_requests_from_several_processes_never_overlap_and_every_loser_learns_who_holds_the_resource()
    {
        using var service = await ScriptedService.CreateAsync();
        using var pgw = new Pgw(service.Entry);
        string[] actions = ["restore", "remove", "recover", "restore", "quickCheck"];
        var answers = new List<(string Action, Pgw.Ended Ended)>();

        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (number, _) =>
            {
                var action = actions[number % actions.Length];
                var ended = await pgw.RunAsync(action, "main", "--json");
                lock (answers)
                    answers.Add((action, ended));
            });

        Assert.DoesNotContain("overlap", service.Log);
        var runs = (await pgw.JsonAsync("history", "--last", "1000")).EnumerateArray().ToList();
        Assert.All(runs, run => Assert.Equal("Finished", run.GetProperty("status").GetString()));
        await AssertOneAtATimeAsync(pgw, runs);

        foreach (var (action, ended) in answers.Where(answer => answer.Action != "quickCheck"))
        {
            // A winner ends with its return value; a loser is told who has the resource.
            if (ended.ExitCode is 0)
                continue;
            Assert.True(ended.ExitCode == 75, $"{action}: {ended.ExitCode} {ended.Stdout} {ended.Stderr}");
            Assert.Matches(@"'main' is busy: (restore|remove|recover) \(run [0-9a-f]{16}, process \d+ on \S+, since ", ended.Json.GetProperty("error").GetString());
        }

        Assert.Contains(answers, answer => answer.Ended.ExitCode == 75);
        Assert.All(answers.Where(answer => answer.Action == "quickCheck"), answer =>
        {
            var result = answer.Ended.Json.GetProperty("result").GetString();
            Assert.True(result is "Skipped" or "Succeeded" or "Failed", $"{result}: {answer.Ended.Stdout}");
        });
        Assert.Contains(answers, answer => answer.Action == "quickCheck" && answer.Ended.Json.GetProperty("result").GetString() == "Skipped");
        Assert.Equal(0, (await pgw.RunAsync("restore", "main")).ExitCode); // The lease is free again.
    }

    [Fact]
    public async Task An_action_ends_a_check_that_is_under_way_and_the_check_is_skipped()
    {
        using var service = await ScriptedService.CreateAsync("4  RUNNING");
        using var pgw = new Pgw(service.Entry);
        service.Replace("psql", "sleep 20");
        using var check = pgw.Start("deepCheck", "main", "--json");
        await service.UntilAsync(async () => (await pgw.JsonAsync("history")).EnumerateArray().Any(run => run.GetProperty("status").GetString() == "Running"));

        var removed = await pgw.RunAsync("remove", "main");
        var output = await check.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, removed.ExitCode);
        Assert.Equal(0, check.ExitCode);
        var run = JsonSerializer.Deserialize<JsonElement>(output);
        Assert.Equal("Skipped", run.GetProperty("result").GetString());
        Assert.Contains("remove began", run.GetProperty("note").GetString());
    }

    /// <summary>No start or stop of one run lies within one of another.</summary>
    private static async Task AssertOneAtATimeAsync(Pgw pgw, IEnumerable<JsonElement> runs)
    {
        var effects = new List<(DateTimeOffset Start, DateTimeOffset End)>();
        foreach (var run in runs.Where(run => run.GetProperty("action").GetString() is "restore" or "remove" or "recover"))
        {
            var steps = (await pgw.JsonAsync("show", run.GetProperty("id").GetString()!)).GetProperty("steps").EnumerateArray();
            effects.AddRange(steps.Where(step => step.GetProperty("activity").GetString() is "PgWorkflows.StartService" or "PgWorkflows.StopService")
                .Select(step => (step.GetProperty("startedAt").GetDateTimeOffset(), step.GetProperty("finishedAt").GetDateTimeOffset())));
        }

        effects.Sort();
        Assert.True(effects.Count > 5, "hardly any action had an effect, so nothing was shown");
        Assert.All(effects.Zip(effects.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
    }
}
