using System.Text.Json.Nodes;
using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>
/// Twenty resources checked every second, services that fail at random, and a server that is killed thirty times: in the end the histories say
/// exactly what the service managers have seen.
/// </summary>
public sealed class SoakTests
{
    private const int Resources = 20;
    private const int Kills = 30;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thirty_kills_twenty_resources_and_every_effect_is_in_the_histories()
    {
        using var services = await ScriptedServices.CreateAsync(pauseSeconds: 0.1);
        var names = Enumerable.Range(0, Resources).Select(number => $"r{number}").ToList();
        var entries = new JsonArray();
        foreach (var name in names)
        {
            var entry = await services.AddAsync(name);
            entry["localRecovery"] = true;
            entry["quickCheckInterval"] = "00:00:01";
            entry["deepCheckInterval"] = "00:00:02";
            entry["recoveryBudget"] = 100; // The soak is about effects, not about giving up.
            entries.Add(entry);
        }

        await using var server = await TestServer.StartAsync(entries);
        var recorded = new Recorded(server);
        await PublishWaiterAsync(server);
        var random = new Random(20261122);
        for (var kill = 0; kill < Kills; kill++)
        {
            for (var failures = random.Next(0, 4); failures > 0; failures--)
                services.SetState(names[random.Next(Resources)], "1  STOPPED");
            if (kill % 5 == 0)
                await StartWaiterAsync(server);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100, 1500)), TimeProvider.System, Token);
            await server.KillAsync();
            await server.StartAgainAsync();
        }

        // Left alone, everything comes to an end by itself: services run, waits are over.
        try
        {
            await Until.TrueAsync(() => names.TrueForAll(name => services.State(name) == "4  RUNNING" && !services.IsBusy(name)));
        }
        catch (TimeoutException)
        {
            Assert.Fail(string.Join("\n\n", names.Where(name => services.State(name) != "4  RUNNING").Select(name => Story(name, services, recorded))));
        }

        await Until.TrueAsync(() => recorded.Count("select count(*) from workflow_instance where definition_id = 'waiter' and status = 'Running'") == 0);
        await server.StopAsync();
        await server.StartAgainAsync(); // The rules of a return have looked at everything once more.
        await Until.TrueAsync(() => recorded.Count("select count(*) from workflow_instance where status = 'Running' and created_at < (select started_at from server)") == 0);

        foreach (var name in names)
            AssertEffects(name, services.Log(name), recorded);
        Assert.Equal(0, recorded.Count("select count(*) from lease l where instance_id is not null and not exists (select 1 from workflow_instance i where i.id = l.instance_id and i.status = 'Running')"));
        Assert.Equal("ok", recorded.Query<string>("pragma integrity_check")[0]);
        Assert.Equal(Kills / 5, recorded.Count("select count(*) from workflow_instance where definition_id = 'waiter' and sub_status = 'Finished'"));
        Assert.True(recorded.Count("select count(*) from workflow_instance where action = 'recover' and result = 'Succeeded'") > 0);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", recorded.Query<string>("select coalesce(action, definition_id) || ' ' || coalesce(result, sub_status) || ': ' || count(*) from workflow_instance group by coalesce(action, definition_id), coalesce(result, sub_status)")));
    }

    /// <summary>What is known of a service that did not come back.</summary>
    private static string Story(string name, ScriptedServices services, Recorded recorded) =>
        $"{name} is {services.State(name)}, {recorded.StateOf(name)}; it saw {string.Join(' ', services.Log(name))}; its runs: "
        + string.Join("; ", recorded.Runs().Where(run => run.Resource == name).TakeLast(8).Select(run => $"{run.Action} {run.SubStatus} {run.Result} {run.Note}"));

    /// <summary>What the service manager has seen lies between the effects that ended and those that were intended; two at once there were never.</summary>
    private static void AssertEffects(string name, IReadOnlyList<string> log, Recorded recorded)
    {
        Assert.DoesNotContain("overlap", log);
        foreach (var (verb, type) in new[] { ("start", "PgWorkflows.StartService"), ("stop", "PgWorkflows.StopService") })
        {
            var issued = log.Count(line => line == verb);
            var of = $"from activity_record a join workflow_instance i on i.id = a.instance_id where i.resource = '{name}' and a.activity_type = '{type}'";
            var intended = (int)recorded.Count($"select count(*) {of}");
            var completed = (int)recorded.Count($"select count(*) {of} and a.status = 'Completed'");
            Assert.True(issued >= completed && issued <= intended, $"{name}: {verb} was issued {issued} times, {completed} to {intended} are in the history");
        }

        // No run has started or stopped a service twice.
        Assert.Equal(0, recorded.Count($"select count(*) from (select a.instance_id from activity_record a join workflow_instance i on i.id = a.instance_id where i.resource = '{name}' and a.has_effect = 1 group by a.instance_id, a.activity_type having count(*) > 1)"));
    }

    /// <summary>A workflow that waits for three seconds: no kill may lose such a wait.</summary>
    private static Task PublishWaiterAsync(TestServer server) => Workflows.PublishAsync(server, "waiter", """
        {
          "id": "seq", "type": "Elsa.Sequence", "version": 1, "activities": [
            { "id": "wait", "type": "Elsa.Delay", "version": 1, "timeSpan": { "typeName": "TimeSpan", "expression": { "type": "Literal", "value": "00:00:03" } } },
            { "id": "say", "type": "Elsa.WriteLine", "version": 1, "text": { "typeName": "String", "expression": { "type": "Literal", "value": "waited" } } }
          ]
        }
        """);

    private static async Task StartWaiterAsync(TestServer server)
    {
        using var client = server.CreateClient();
        using var answer = await client.PostAsync("/elsa/api/workflow-definitions/waiter/dispatch", new StringContent("{}", null, "application/json"), Token);
        answer.EnsureSuccessStatusCode();
    }
}
